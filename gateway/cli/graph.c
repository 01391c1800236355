#include "gateway/cli/graph.h"

#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/grid.h"
#include "gateway/cli/member.h"
#include "gateway/cli/save.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CELL_MAX = 4096, HTML_COLUMNS_MAX = 8, RELATION_MAX = 128 };

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* ---- the links of an answer ---- */

struct links {
    const json_t *record; /* borrowed */
    json_t *places;       /* a node's id -> its place in the list; owned */
};

/* Ids are texts or numbers; as a name of a place they are text. */
static const char *id_text(const json_t *id, char number[static 24])
{
    if (json_is_string(id))
        return json_string_value(id);
    snprintf(number, 24, "%lld", (long long) json_integer_value(id));
    return json_is_integer(id) ? number : NULL;
}

/* -1: there is no such node. */
static long place_of(const struct links *links, const json_t *id)
{
    char number[24];
    const char *text = id_text(id, number);
    const json_t *place = text ? json_object_get(links->places, text) : NULL;
    return place ? (long) json_integer_value(place) : -1;
}

static bool edges_are_right(const struct links *links)
{
    const json_t *edges = json_object_get(links->record, "edges");
    for (size_t i = 0; i < json_array_size(edges); i++) {
        const json_t *edge = json_array_get(edges, i);
        if (place_of(links, json_object_get(edge, "from")) < 0 || place_of(links, json_object_get(edge, "to")) < 0)
            return false;
    }
    return true;
}

/* The caller releases ret_links->places. -EBADMSG when the answer holds no links that hang together. */
static int links_take(const json_t *answer, struct links *ret_links)
{
    const json_t *record = json_array_get(json_object_get(json_object_get(answer, "result"), "records"), 0);
    const json_t *nodes = json_object_get(record, "nodes");
    char number[24];
    *ret_links = (struct links){.record = record, .places = json_object()};
    if (!ret_links->places)
        return -ENOMEM;
    bool right = json_is_array(nodes) && json_is_array(json_object_get(record, "edges"));
    for (size_t i = 0; i < json_array_size(nodes) && right; i++) {
        const char *id = id_text(json_object_get(json_array_get(nodes, i), "id"), number);
        right = id && !json_object_get(ret_links->places, id) &&
                json_object_set_new(ret_links->places, id, json_integer((json_int_t) i)) == 0;
    }
    if (right && edges_are_right(ret_links))
        return 0;
    json_decref(ret_links->places);
    *ret_links = (struct links){0};
    return -EBADMSG;
}

/* ---- tables ---- */

struct tables {
    const struct links *links;
    const json_t *described; /* properties of the record in the description; NULL without one */
    const struct cli_names *names;
    enum cli_language language;
    enum cli_form form;
    struct base_buffer *out;
};

/* What the description calls a word of the member of the list's objects; the word itself where it does not say. */
static const char *word_of(const struct tables *tables, const char *list, const char *member, const char *word)
{
    const json_t *items = json_object_get(json_object_get(tables->described, list), "items");
    const json_t *schema = json_object_get(json_object_get(items, "properties"), member);
    const json_t *texts = json_object_get(json_object_get(schema, "x-values"), word);
    const char *text = text_of(texts, cli_language_name(tables->language));
    return text ? text : word;
}

/* The titles on the way to the field that the relation is called after: "Founders, individuals / IIN" of founders_fl.iin. */
static bool titles_append(const json_t *answer, const char *path, enum cli_language language, struct base_buffer *out)
{
    const json_t *schema = answer;
    char name[RELATION_MAX];
    for (const char *before = "";; before = " / ") {
        size_t len = strcspn(path, ".");
        const json_t *items = json_object_get(schema, "items");
        const json_t *object = items ? cli_member_resolve(answer, items) : schema;
        snprintf(name, sizeof name, "%.*s", (int) (len < sizeof name ? len : sizeof name - 1), path);
        const json_t *member = json_object_get(json_object_get(object, "properties"), name);
        const char *title = text_of(json_object_get(member, "x-titles"), cli_language_name(language));
        if (!title)
            return false;
        (void) base_buffer_printf(out, "%s%s", before, title);
        if (!path[len])
            return true;
        path += len + 1;
        schema = cli_member_resolve(answer, member);
    }
}

/* A relation as people read it: what the service's records tie, and the field; the word itself where nobody described it. */
static int relation_add(const struct tables *tables, long service, const char *relation, struct cli_grid *grid)
{
    const json_t *description = cli_names_description(tables->names, service);
    const char *ties = text_of(json_object_get(description, "links"), cli_language_name(tables->language));
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear), titles BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, CELL_MAX);
    base_buffer_init(&titles, CELL_MAX);
    if (!titles_append(json_object_get(description, "answer"), relation, tables->language, &titles))
        return cli_grid_add_text(grid, relation);
    if (ties)
        (void) base_buffer_printf(&cell, "%s: ", ties);
    (void) base_buffer_append(&cell, base_buffer_view(&titles));
    return cli_grid_add(grid, base_buffer_view(&cell));
}

/* What stands for a node in the other tables: its label, else its value. */
static int node_add(const struct tables *tables, const json_t *id, struct cli_grid *grid)
{
    const json_t *node =
        json_array_get(json_object_get(tables->links->record, "nodes"), (size_t) place_of(tables->links, id));
    const char *value = text_of(node, "value");
    const char *label = text_of(node, "label");
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, CELL_MAX);
    if (!node)
        return cli_grid_add_text(grid, "–");
    (void) base_buffer_append_text(&cell, value ? value : "?");
    if (label && label[0] && (!value || strcmp(label, value) != 0))
        (void) base_buffer_printf(&cell, ", %s", label);
    return cli_grid_add(grid, base_buffer_view(&cell));
}

static int number_add(const json_t *number, struct cli_grid *grid)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long) json_integer_value(number));
    return cli_grid_add_text(grid, json_is_integer(number) ? text : "–");
}

static int service_add(const struct tables *tables, const json_t *service, struct cli_grid *grid)
{
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    long number = (long) json_integer_value(service);
    const char *name = cli_names_service(tables->names, number, tables->language);
    base_buffer_init(&cell, CELL_MAX);
    (void) base_buffer_printf(&cell, "%ld%s%s", number, name ? ", " : "", name ? name : "");
    return cli_grid_add(grid, number > 0 ? base_buffer_view(&cell) : base_bytes_text("–"));
}

static int node_row(const struct tables *tables, const json_t *node, struct cli_grid *grid)
{
    const char *kind = text_of(node, "kind");
    const char *value = text_of(node, "value");
    const char *label = text_of(node, "label");
    int r = number_add(json_object_get(node, "step"), grid);
    if (r == 0)
        r = cli_grid_add_text(grid, kind ? word_of(tables, "nodes", "kind", kind) : "–");
    if (r == 0)
        r = cli_grid_add_text(grid, value ? value : "–");
    return r ? r : cli_grid_add_text(grid, label ? label : "");
}

static int edge_row(const struct tables *tables, const json_t *edge, struct cli_grid *grid)
{
    const json_t *service = json_object_get(edge, "service");
    const char *relation = text_of(edge, "relation");
    int r = node_add(tables, json_object_get(edge, "from"), grid);
    if (r == 0)
        r = relation_add(tables, (long) json_integer_value(service), relation ? relation : "?", grid);
    if (r == 0)
        r = node_add(tables, json_object_get(edge, "to"), grid);
    if (r == 0)
        r = number_add(service, grid);
    return r ? r : number_add(json_object_get(edge, "evidence"), grid);
}

static int missing_row(const struct tables *tables, const json_t *missing, struct cli_grid *grid)
{
    const char *why = text_of(missing, "why");
    const json_t *reasons = json_object_get(missing, "reasons");
    struct base_buffer cell BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&cell, CELL_MAX);
    int r = service_add(tables, json_object_get(missing, "service"), grid);
    if (r == 0)
        r = node_add(tables, json_object_get(missing, "node"), grid);
    if (r == 0)
        r = cli_grid_add_text(grid, why ? word_of(tables, "missing", "why", why) : "–");
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const char *reason = json_string_value(json_array_get(reasons, i));
        (void) base_buffer_printf(&cell, "%s%s", i ? ", " : "", reason ? reason : "?");
    }
    return r ? r : cli_grid_add(grid, base_buffer_view(&cell));
}

/* A heading, and a table with a row for each of the list's objects. */
struct section {
    const char *list;
    enum cli_text title;
    size_t columns;
    enum cli_text headings[5];
    int (*row)(const struct tables *tables, const json_t *object, struct cli_grid *grid);
};

static void heading_append(const struct tables *tables, enum cli_text title, size_t count)
{
    (void) base_buffer_printf(tables->out, tables->form == CLI_FORM_HTML ? "<h3>%s: %zu</h3>\n" : "%s: %zu\n",
                              cli_text(title, tables->language), count);
}

/* Rows, whatever the width: a search has many, and blocks of lines would hide who is linked with whom. */
static int section_show(const struct tables *tables, const struct section *section)
{
    const json_t *list = json_object_get(tables->links->record, section->list);
    const char *record = cli_text(CLI_TEXT_RECORD, tables->language);
    struct cli_grid grid;
    heading_append(tables, section->title, json_array_size(list));
    if (json_array_size(list) == 0)
        return 0;
    cli_grid_init(&grid, section->columns);
    int r = 0;
    for (size_t i = 0; i < section->columns && r == 0; i++)
        r = cli_grid_add_text(&grid, cli_text(section->headings[i], tables->language));
    for (size_t i = 0; i < json_array_size(list) && r == 0; i++)
        r = section->row(tables, json_array_get(list, i), &grid);
    if (r == 0)
        r = tables->form == CLI_FORM_HTML ? cli_grid_html(&grid, HTML_COLUMNS_MAX, record, 1, tables->out)
                                          : cli_grid_print(&grid, SIZE_MAX, record, 1, tables->out);
    cli_grid_clear(&grid);
    if (r == 0 && tables->form == CLI_FORM_TEXT)
        r = base_buffer_append_text(tables->out, "\n");
    return r;
}

static int tables_show(const struct tables *tables)
{
    static const struct section sections[] = {
        {"nodes", CLI_TEXT_NODES, 4, {CLI_TEXT_STEP, CLI_TEXT_KIND, CLI_TEXT_VALUE, CLI_TEXT_LABEL}, node_row},
        {"edges", CLI_TEXT_RELATIONS, 5, {CLI_TEXT_FROM, CLI_TEXT_RELATION, CLI_TEXT_TO, CLI_TEXT_SERVICE, CLI_TEXT_EVIDENCE},
         edge_row},
        {"missing", CLI_TEXT_MISSING, 4, {CLI_TEXT_SERVICE, CLI_TEXT_ABOUT, CLI_TEXT_WHY, CLI_TEXT_REASON}, missing_row},
    };
    bool is_complete = json_is_true(json_object_get(tables->links->record, "complete"));
    int r = 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(sections) && r == 0; i++)
        r = section_show(tables, &sections[i]);
    if (r == 0)
        r = base_buffer_printf(tables->out, tables->form == CLI_FORM_HTML ? "<p>%s</p>\n" : "%s\n",
                               cli_text(is_complete ? CLI_TEXT_COMPLETE : CLI_TEXT_INCOMPLETE, tables->language));
    return r;
}

int cli_graph_answer_show(const json_t *answer, const struct cli_names *names, enum cli_language language,
                          enum cli_form form, size_t width, struct base_buffer *out)
{
    long service = (long) json_integer_value(json_object_get(answer, "service"));
    const json_t *description = cli_names_description(names, service);
    struct links links;
    int r = cli_content_is_links(service) ? links_take(answer, &links) : -EBADMSG;
    if (r == -EBADMSG) /* none, or none that hang together: shown as they are */
        return cli_records_show(json_object_get(json_object_get(answer, "result"), "records"), description, language, form,
                                width, out);
    if (r)
        return r;
    const json_t *items = json_object_get(json_object_get(description, "answer"), "items");
    struct tables tables = {.links = &links,
                            .described = json_object_get(items, "properties"),
                            .names = names,
                            .language = language,
                            .form = form,
                            .out = out};
    r = tables_show(&tables);
    json_decref(links.places);
    return r;
}

/* ---- GraphML ---- */

struct attribute {
    const char *member, *name, *type; /* of the protocol, of GraphML */
};

static const struct attribute node_attributes[] = {
    {"id", "id", "string"},       {"kind", "kind", "string"}, {"value", "value", "string"},
    {"label", "label", "string"}, {"step", "step", "int"},
};
static const struct attribute edge_attributes[] = {
    {"relation", "relation", "string"}, {"service", "service", "int"}, {"evidence", "evidence", "long"}};

static void keys_append(const char *of, const struct attribute *attributes, size_t count, struct base_buffer *out)
{
    for (size_t i = 0; i < count; i++)
        (void) base_buffer_printf(out, "  <key id=\"%s-%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n", of,
                                  attributes[i].name, of, attributes[i].name, attributes[i].type);
}

/* <data> of each member that says something. */
static void data_append(const char *of, const struct attribute *attributes, size_t count, const json_t *object,
                        struct base_buffer *out)
{
    char number[24];
    for (size_t i = 0; i < count; i++) {
        const char *text = id_text(json_object_get(object, attributes[i].member), number);
        if (!text || !text[0])
            continue;
        (void) base_buffer_printf(out, "      <data key=\"%s-%s\">", of, attributes[i].name);
        (void) cli_screen_html(base_bytes_text(text), out);
        (void) base_buffer_append_text(out, "</data>\n");
    }
}

/* Of the whole: what it is the answer to, and whether something is missing. */
static void graph_data_append(const json_t *answer, const struct links *links, struct base_buffer *out)
{
    const char *const texts[][2] = {{"query", text_of(answer, "query")}, {"at", text_of(answer, "at")}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(texts); i++) {
        (void) base_buffer_printf(out, "    <data key=\"graph-%s\">", texts[i][0]);
        (void) cli_screen_html(base_bytes_text(texts[i][1] ? texts[i][1] : ""), out);
        (void) base_buffer_append_text(out, "</data>\n");
    }
    (void) base_buffer_printf(out, "    <data key=\"graph-complete\">%s</data>\n",
                              json_is_true(json_object_get(links->record, "complete")) ? "true" : "false");
}

static void elements_append(const struct links *links, struct base_buffer *out)
{
    const json_t *nodes = json_object_get(links->record, "nodes");
    const json_t *edges = json_object_get(links->record, "edges");
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        (void) base_buffer_printf(out, "    <node id=\"n%zu\">\n", i);
        data_append("node", node_attributes, BASE_ARRAY_LENGTH(node_attributes), json_array_get(nodes, i), out);
        (void) base_buffer_append_text(out, "    </node>\n");
    }
    for (size_t i = 0; i < json_array_size(edges); i++) {
        const json_t *edge = json_array_get(edges, i);
        (void) base_buffer_printf(out, "    <edge id=\"e%zu\" source=\"n%ld\" target=\"n%ld\">\n", i,
                                  place_of(links, json_object_get(edge, "from")),
                                  place_of(links, json_object_get(edge, "to")));
        data_append("edge", edge_attributes, BASE_ARRAY_LENGTH(edge_attributes), edge, out);
        (void) base_buffer_append_text(out, "    </edge>\n");
    }
}

int cli_graph_graphml_encode(const json_t *answer, struct base_buffer *out)
{
    static const struct attribute graph_attributes[] = {
        {NULL, "query", "string"}, {NULL, "at", "string"}, {NULL, "complete", "boolean"}};
    struct links links;
    int r = links_take(answer, &links);
    if (r)
        return r;
    (void) base_buffer_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
    keys_append("graph", graph_attributes, BASE_ARRAY_LENGTH(graph_attributes), out);
    keys_append("node", node_attributes, BASE_ARRAY_LENGTH(node_attributes), out);
    keys_append("edge", edge_attributes, BASE_ARRAY_LENGTH(edge_attributes), out);
    (void) base_buffer_append_text(out, "  <graph id=\"links\" edgedefault=\"directed\">\n");
    graph_data_append(answer, &links, out);
    elements_append(&links, out);
    json_decref(links.places);
    return base_buffer_append_text(out, "  </graph>\n</graphml>\n");
}

int cli_graph_json_encode(const json_t *answer, struct base_buffer *out)
{
    static const char *const members[] = {"query", "service", "at"};
    struct links links;
    int r = links_take(answer, &links);
    if (r)
        return r;
    json_decref(links.places);
    json_t *document = json_copy((json_t *) (uintptr_t) links.record);
    r = document ? 0 : -ENOMEM;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(members) && r == 0; i++)
        if (json_object_set(document, members[i], json_object_get(answer, members[i])))
            r = -ENOMEM;
    if (r == 0)
        r = wire_json_canonical(document, out);
    json_decref(document);
    return r ? r : base_buffer_append_text(out, "\n");
}

/* ---- the file ---- */

static bool ends_in(const char *path, const char *end)
{
    size_t len = strlen(path), end_len = strlen(end);
    return len > end_len && strcmp(path + len - end_len, end) == 0;
}

bool cli_graph_path_check(const char *path)
{
    if (!ends_in(path, ".graphml") && !ends_in(path, ".json"))
        fputs("qao: --graph takes the name of a file that ends in .graphml or .json\n", stderr);
    else if (access(path, F_OK) == 0)
        fprintf(stderr, "qao: %s is there already; name a new file by --graph\n", path);
    else
        return true;
    return false;
}

int cli_graph_write(const char *path, const json_t *answer, enum cli_language language)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    int r = ends_in(path, ".graphml") ? cli_graph_graphml_encode(answer, &out) : cli_graph_json_encode(answer, &out);
    if (r == 0)
        return cli_save_file(path, base_buffer_view(&out), language);
    fprintf(stderr, "qao: cannot write %s: %s\n", path,
            r == -EBADMSG ? "the answer holds no links" : strerror(-r));
    return CLI_EXIT_USAGE;
}
