/* Names of an import's columns in a table's header. */
#include "gateway/cli/row.h"

enum { WORD_BYTES_MAX = 80 };

static const struct {
    const char *name, *words[5]; /* in small letters */
} columns[CLI_COLUMN_COUNT] = {
    [CLI_COLUMN_IIN] = {"iin", {"иин", "жсн"}},
    [CLI_COLUMN_BIN] = {"bin", {"бин", "бин органа", "бсн", "органның бсн-і"}},
    [CLI_COLUMN_UNIT] = {"unit", {"подразделение", "код подразделения", "бөлімше", "бөлімшенің коды"}},
    [CLI_COLUMN_SURNAME] = {"surname", {"фамилия", "тегі"}},
    [CLI_COLUMN_GIVEN] = {"given", {"имя", "аты"}},
    [CLI_COLUMN_PATRONYMIC] = {"patronymic", {"отчество", "әкесінің аты"}},
    [CLI_COLUMN_POSITION] = {"position", {"должность", "лауазымы"}},
    [CLI_COLUMN_ROLE] = {"role", {"роль", "рөл", "рөлі"}},
    [CLI_COLUMN_BASES] = {"bases", {"основания", "правовые основания", "негіздер", "құқықтық негіздер"}},
    [CLI_COLUMN_DUTIES] = {"duties", {"обязанности", "иные обязанности", "міндеттер", "өзге міндеттер"}},
    [CLI_COLUMN_UNTIL] = {"until", {"срок", "действует до", "мерзімі"}},
};

const char *cli_column_name(enum cli_column column)
{
    return column < CLI_COLUMN_COUNT ? columns[column].name : "";
}

bool cli_column_is_optional(enum cli_column column)
{
    return column == CLI_COLUMN_UNIT || column == CLI_COLUMN_PATRONYMIC || column == CLI_COLUMN_DUTIES ||
           column == CLI_COLUMN_UNTIL;
}

/* The small letter of a capital among those that Russian and Kazakh have in two bytes. */
static unsigned small_of(unsigned point)
{
    enum { A = 0x410, YA = 0x42f, IO = 0x400, DZHE = 0x40f, KAZAKH_FIRST = 0x48a, KAZAKH_LAST = 0x52f };
    if (point >= A && point <= YA)
        return point + 0x20;
    if (point >= IO && point <= DZHE)
        return point + 0x50;
    if (point >= KAZAKH_FIRST && point <= KAZAKH_LAST && point % 2 == 0)
        return point + 1;
    return point;
}

/* In small letters, spaces around it left out. The length; 0 when it is too long to be one of ours. */
static size_t folded(struct base_bytes word, char ret_text[static WORD_BYTES_MAX])
{
    size_t len = 0;
    if (word.len >= WORD_BYTES_MAX)
        return 0;
    for (size_t i = 0; i < word.len; i++) {
        uint8_t byte = word.data[i];
        if (byte >= 'A' && byte <= 'Z') {
            byte = (uint8_t) (byte + 'a' - 'A');
        } else if (byte >= 0xc0 && byte < 0xe0 && i + 1 < word.len) {
            unsigned point = small_of((byte & 0x1fu) << 6 | (word.data[++i] & 0x3fu));
            ret_text[len++] = (char) (0xc0 | point >> 6);
            byte = (uint8_t) (0x80 | (point & 0x3f));
        }
        ret_text[len++] = (char) byte;
    }
    return len;
}

enum cli_column cli_column_find(struct base_bytes word)
{
    char text[WORD_BYTES_MAX];
    while (word.len > 0 && word.data[0] == ' ')
        word = base_bytes_of(word.data + 1, word.len - 1);
    while (word.len > 0 && word.data[word.len - 1] == ' ')
        word.len--;
    struct base_bytes small = base_bytes_of(text, folded(word, text));
    for (size_t i = 0; small.len > 0 && i < CLI_COLUMN_COUNT; i++) {
        if (base_bytes_equal_text(small, columns[i].name))
            return (enum cli_column) i;
        for (size_t k = 0; k < BASE_ARRAY_LENGTH(columns[i].words) && columns[i].words[k]; k++)
            if (base_bytes_equal_text(small, columns[i].words[k]))
                return (enum cli_column) i;
    }
    return CLI_COLUMN_COUNT;
}
