/* Proves that what a registry or a gateway wrote can neither steer a terminal nor break out of a page, and that tables
 * keep their columns with Kazakh letters. */
#include "gateway/cli/grid.h"
#include "gateway/cli/screen.h"
#include "tests/check_main.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(literal) base_bytes_of(literal, sizeof(literal) - 1)

static char *shown(int (*show)(struct base_bytes, struct base_buffer *), struct base_bytes text)
{
    struct base_buffer out;
    base_buffer_init(&out, 1000);
    ck_assert_int_eq(show(text, &out), 0);
    return base_buffer_take_text(&out);
}

static void check(int (*show)(struct base_bytes, struct base_buffer *), struct base_bytes text, const char *expected)
{
    char *got = shown(show, text);
    ck_assert_str_eq(got, expected);
    free(got);
}

START_TEST(test_terminal)
{
    check(cli_screen_text, BYTES("Қазақ тілі, plain"), "Қазақ тілі, plain");
    check(cli_screen_text, BYTES("a\x1b[31mb\r\n\tc\0d\x7f"), "a?[31mb???c?d?");
    check(cli_screen_text,
          BYTES("\xc2\x9b"
                "31m"),
          "?31m"); /* C1: an 8-bit CSI */
    check(cli_screen_text,
          BYTES("a\xe2\x80\xae"
                "b\xe2\x81\xa6"
                "c"),
          "a?b?c");                                                      /* right-to-left override, isolate */
    check(cli_screen_text, BYTES("\xff\xc0\x80\xed\xa0\x80"), "??????"); /* no UTF-8: bad byte, overlong, surrogate */
    check(cli_screen_text, BYTES("x\xd2"), "x?");
    check(cli_screen_text, BYTES(""), "");
}
END_TEST

/* What cannot be seen makes two names look like one. */
START_TEST(test_unseen)
{
    check(cli_screen_text, BYTES("a\xe2\x80\x8b" "b\xe2\x81\xa0" "c\xe2\x81\xa4" "d\xe2\x81\xa5"), "a?b?c?d?");
    check(cli_screen_text, BYTES("a\xf3\xa0\x80\x81" "b\xf3\xa0\x81\xbf"), "a?b?"); /* U+E0001, U+E007F: tags */
    check(cli_screen_text, BYTES("a\xe2\x80\x8d" "b\xe2\x80\x8a"), "a\xe2\x80\x8d" "b\xe2\x80\x8a"); /* U+200D joins, U+200A is a space */
    check(cli_screen_html, BYTES("a\xe2\x80\x8b"), "a?");
}
END_TEST

START_TEST(test_json)
{
    check(cli_screen_json, BYTES("{\"a\":\"Қ\\u001b\"}\n"), "{\"a\":\"Қ\\u001b\"}\n");
    check(cli_screen_json, BYTES("\"\xc2\x9b" "31m\x7f\""), "\"\\u009b31m\\u007f\""); /* C1: an 8-bit CSI; DEL */
    check(cli_screen_json, BYTES("\"\xe2\x80\xae\""), "\"\\u202e\"");
    check(cli_screen_json, BYTES("\"\xf3\xa0\x80\x81\""), "\"\\udb40\\udc01\""); /* U+E0001, RFC 8259 section 7 */
    check(cli_screen_json, BYTES("\xff"), "?");
}
END_TEST

START_TEST(test_html)
{
    check(cli_screen_html, BYTES("<script>alert('x' & \"y\")</script>"),
          "&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;");
    check(cli_screen_html, BYTES("\" onmouseover=\"x"), "&quot; onmouseover=&quot;x");
    check(cli_screen_html, BYTES("a\nb\tc\x01\xe2\x80\xaeҚ"), "a\nb\tc??Қ");
    check(cli_screen_html, BYTES("&amp;"), "&amp;amp;");
}
END_TEST

START_TEST(test_width)
{
    ck_assert_uint_eq(cli_screen_width(BYTES("")), 0);
    ck_assert_uint_eq(cli_screen_width(BYTES("abc")), 3);
    ck_assert_uint_eq(cli_screen_width(BYTES("Қазақ")), 5);
    ck_assert_uint_eq(cli_screen_width(BYTES("и\xcc\x86")), 1); /* a letter with a combining mark */
}
END_TEST

static void grid_fill(struct cli_grid *grid, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(cli_grid_add_text(grid, cells[i]), 0);
}

START_TEST(test_grid_text)
{
    static const char *const cells[] = {"ЖСН", "Аты", "500101100000", "Айша\x1b[2J", "5", ""};
    struct cli_grid grid;
    struct base_buffer out;
    cli_grid_init(&grid, 2);
    base_buffer_init(&out, 1000);
    grid_fill(&grid, cells, BASE_ARRAY_LENGTH(cells));
    ck_assert_uint_eq(cli_grid_rows(&grid), 2);
    ck_assert_int_eq(cli_grid_print(&grid, 80, "Жазба", 1, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_str_eq(text, "ЖСН           Аты\n"
                           "────────────  ────────\n"
                           "500101100000  Айша?[2J\n"
                           "5             \n");
    free(text);
    /* Too wide: blocks. */
    ck_assert_int_eq(cli_grid_print(&grid, 21, "Жазба", 1, &out), 0);
    text = base_buffer_take_text(&out);
    ck_assert_str_eq(text, "Жазба 1\n  ЖСН  500101100000\n  Аты  Айша?[2J\n\nЖазба 2\n  ЖСН  5\n  Аты  \n");
    free(text);
    cli_grid_clear(&grid);
}
END_TEST

START_TEST(test_grid_html)
{
    static const char *const cells[] = {"<b>", "x & y"};
    struct cli_grid grid;
    struct base_buffer out;
    cli_grid_init(&grid, 1);
    base_buffer_init(&out, 1000);
    grid_fill(&grid, cells, BASE_ARRAY_LENGTH(cells));
    ck_assert_int_eq(cli_grid_html(&grid, 8, "Record", 7, &out), 0);
    char *text = base_buffer_take_text(&out);
    ck_assert_str_eq(text, "<table><thead><tr><th>&lt;b&gt;</th></tr>\n</thead><tbody>\n<tr><td>x &amp; y</td></tr>\n"
                           "</tbody></table>\n");
    free(text);
    cli_grid_clear(&grid);
    cli_grid_init(&grid, 9);
    for (int i = 0; i < 18; i++)
        ck_assert_int_eq(cli_grid_add_text(&grid, i < 9 ? "h" : "v"), 0);
    ck_assert_int_eq(cli_grid_html(&grid, 8, "Record", 7, &out), 0);
    text = base_buffer_take_text(&out);
    ck_assert_ptr_nonnull(strstr(text, "<h3>Record 7</h3>"));
    ck_assert_ptr_nonnull(strstr(text, "<tr><th>h</th><td>v</td></tr>"));
    free(text);
    cli_grid_clear(&grid);
}
END_TEST

START_TEST(test_grid_limits)
{
    struct cli_grid grid;
    struct base_buffer out;
    cli_grid_init(&grid, 2);
    base_buffer_init(&out, 10);
    ck_assert_int_eq(cli_grid_print(&grid, 80, "R", 1, &out), -EINVAL); /* no header */
    ck_assert_int_eq(cli_grid_html(&grid, 8, "R", 1, &out), -EINVAL);
    ck_assert_int_eq(cli_grid_add_text(&grid, "heading"), 0);
    ck_assert_int_eq(cli_grid_add_text(&grid, "heading"), 0);
    ck_assert_int_eq(cli_grid_print(&grid, 80, "R", 1, &out), -ENOBUFS);
    char *huge = malloc(100001);
    memset(huge, 'a', 100000);
    huge[100000] = '\0';
    ck_assert_int_eq(cli_grid_add_text(&grid, huge), 0);
    ck_assert_str_eq(grid.cells[2], "...");
    free(huge);
    cli_grid_clear(&grid);
    base_buffer_clear(&out);
}
END_TEST

CHECK_MAIN("gateway/cli/screen, grid", test_terminal, test_unseen, test_json, test_html, test_width, test_grid_text, test_grid_html,
           test_grid_limits)
