/* What a fault of a row says to people. */
#include "gateway/cli/roster.h"
#include "gateway/cli/screen.h"

/* The forms of cells and of the table itself; what is said of rights and of the register is in schema/messages.tsv. */
static const struct cli_word words[] = {
    {"missing", {"бос", "пусто", "is empty"}},
    {"unknown", {"белгісіз баған", "неизвестный столбец", "is a column that is not known"}},
    {"type-wrong", {"түрі басқа", "другой тип значения", "is of another type"}},
    {"length-wrong", {"тым ұзын", "слишком длинно", "is too long"}},
    {"out-of-range", {"сан рұқсат етілген шектен тыс", "число вне допустимых пределов", "is a number out of range"}},
    {"form-wrong",
     {"пішімі дұрыс емес (кесте сандардың басындағы нөлдерді алып тастайды: бағанды мәтін ретінде пішімдеңіз)",
      "неверная форма (таблица отбрасывает нули в начале чисел: задайте столбцу текстовый формат)",
      "does not have the right form (a spreadsheet drops the zeros before a number: format the column as text)"}},
    {"value-not-allowed", {"рұқсат етілген сөздердің бірі емес", "нет среди допустимых слов", "is none of the allowed words"}},
    {"check-digit-wrong", {"бақылау цифры қате", "неверная контрольная цифра", "has a wrong check digit"}},
    {"date-wrong", {"күн де, уақыт та емес", "не дата и не время", "is no date or time"}},
    {"character-wrong",
     {"тұруға болмайтын таңба бар", "содержит недопустимый знак", "holds a character that may not stand there"}},
    {"twice", {"бір сөз екі рет тұр", "слово стоит дважды", "holds a word twice"}},
    {"csv-nul", {"NUL байты бар", "содержит байт NUL", "holds a NUL byte"}},
    {"csv-quote",
     {"тырнақша орнында емес (тырнақшасы бар ұяшық тырнақшаға алынады, ішіндегілері екі еселенеді)",
      "кавычка не на месте (ячейка с кавычками берётся в кавычки, внутренние удваиваются)",
      "has a quote where none may stand (a cell with quotes is quoted, and those in it doubled)"}},
    {"csv-return",
     {"жол соңы емес CR таңбасы бар", "содержит CR не в конце строки", "holds a carriage return without a line feed"}},
    {"csv-field-long", {"ұяшық 4 КиБ-тан ұзын", "ячейка длиннее 4 КиБ", "is a cell of more than 4 KiB"}},
    {"csv-field-count",
     {"бағандар саны тақырыптағыдай емес", "число столбцов не как в заголовке", "is the last: the header has another number of columns"}},
    {"csv-unclosed",
     {"тырнақша жабылмаған; одан кейінгісі оқылмады", "кавычка не закрыта; дальше ничего не прочитано",
      "begins with a quote that is never closed; nothing behind it was read"}},
    {"csv-row-long",
     {"жол 64 КиБ-тан ұзын; одан кейінгісі оқылмады", "строка длиннее 64 КиБ; дальше ничего не прочитано",
      "makes the row longer than 64 KiB; nothing behind it was read"}},
    {"csv-columns-many",
     {"баған тым көп; одан кейінгісі оқылмады", "слишком много столбцов; дальше ничего не прочитано",
      "is one column too many; nothing behind it was read"}},
};

int cli_roster_fault_text(const char *code, const struct wire_messages *messages, enum cli_language language,
                          struct base_buffer *out)
{
    const char *text = cli_word_find(words, BASE_ARRAY_LENGTH(words), base_bytes_text(code), language);
    if (text)
        return base_buffer_append_text(out, text);
    enum wire_code known = wire_code_parse(base_bytes_text(code));
    if (known != WIRE_CODE_NONE && messages)
        return base_buffer_append_text(out, wire_message_title(messages, known, cli_language_wire(language)));
    return cli_screen_text(base_bytes_text(code), out);
}
