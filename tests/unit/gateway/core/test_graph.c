/* The graph of links: each node and edge once, labels kept, limits held, ids in the order of finding. */
#include <errno.h>
#include <string.h>

#include "gateway/core/graph.h"
#include "tests/check_main.h"

static struct core_graph_edge edge_of(size_t from, size_t to, const char *relation)
{
    struct core_graph_edge edge = {.from = from, .to = to, .service = 5, .evidence = 7};
    memcpy(edge.relation, relation, strlen(relation) + 1);
    return edge;
}

static void nothing(void *context)
{
    struct base_json *json = context;
    base_json_name(json, "missing");
    base_json_array_begin(json);
    base_json_array_end(json);
}

START_TEST(each_once)
{
    struct core_graph *graph = NULL;
    size_t a, b, again;
    ck_assert_int_eq(core_graph_new(8, 8, &graph), 0);
    ck_assert_int_eq(core_graph_node_add(graph, "iin", "500101100000", "", 0, &a), 0);
    ck_assert_int_eq(core_graph_node_add(graph, "plate", "500101100000", "", 0, &b), 0); /* another kind is another node */
    ck_assert_int_eq(core_graph_node_add(graph, "iin", "500101100000", "АСАНОВ", 1, &again), CORE_GRAPH_KNOWN);
    ck_assert_uint_eq(again, a);
    ck_assert_str_eq(core_graph_node(graph, a)->label, "АСАНОВ");
    ck_assert_uint_eq(core_graph_node(graph, a)->step, 0);
    struct core_graph_edge edge = edge_of(a, b, "plate");
    ck_assert_int_eq(core_graph_edge_add(graph, &edge), 0);
    edge.evidence = 8;
    ck_assert_int_eq(core_graph_edge_add(graph, &edge), CORE_GRAPH_KNOWN);
    edge.service = 6;
    ck_assert_int_eq(core_graph_edge_add(graph, &edge), 0);
    ck_assert_uint_eq(core_graph_node_count(graph), 2);
    ck_assert_uint_eq(core_graph_edge_count(graph), 2);
    core_graph_free(graph);
    core_graph_free(NULL);
}
END_TEST

START_TEST(within_limits)
{
    struct core_graph *graph = NULL;
    size_t node;
    char value[CORE_GRAPH_VALUE_MAX + 1];
    ck_assert_int_eq(core_graph_new(2, 1, &graph), 0);
    ck_assert_int_eq(core_graph_node_add(graph, "iin", "1", "", 0, &node), 0);
    ck_assert_int_eq(core_graph_node_add(graph, "iin", "2", "", 0, &node), 0);
    ck_assert_int_eq(core_graph_node_add(graph, "iin", "3", "", 0, &node), CORE_GRAPH_FULL);
    ck_assert_int_eq(core_graph_node_add(graph, "iin", "2", "", 0, &node), CORE_GRAPH_KNOWN);
    struct core_graph_edge edge = edge_of(0, 1, "a");
    ck_assert_int_eq(core_graph_edge_add(graph, &edge), 0);
    edge = edge_of(1, 0, "a");
    ck_assert_int_eq(core_graph_edge_add(graph, &edge), CORE_GRAPH_FULL);
    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    ck_assert_int_eq(core_graph_node_add(graph, "address", value, "", 0, &node), -EMSGSIZE);
    core_graph_free(graph);
}
END_TEST

START_TEST(as_text)
{
    struct core_graph *graph = NULL;
    size_t node;
    struct base_buffer out;
    struct base_json json;
    base_buffer_init(&out, 4096);
    ck_assert_int_eq(core_graph_new(4, 4, &graph), 0);
    ck_assert_int_eq(core_graph_node_add(graph, "iin", "500101100000", "", 0, &node), 0);
    ck_assert_int_eq(core_graph_node_add(graph, "phone", "+79990000001", "", 0, &node), 0);
    struct core_graph_edge edge = edge_of(0, 1, "phone");
    ck_assert_int_eq(core_graph_edge_add(graph, &edge), 0);
    base_json_begin(&json, &out);
    base_json_object_begin(&json);
    core_graph_encode(graph, &json, nothing, &json);
    base_json_object_end(&json);
    ck_assert_int_eq(base_json_end(&json), 0);
    base_buffer_append_u8(&out, 0);
    ck_assert_str_eq((const char *)out.data,
                     "{\"edges\":[{\"evidence\":7,\"from\":\"n0\",\"relation\":\"phone\",\"service\":5,\"to\":\"n1\"}],\"missing\":[],"
                     "\"nodes\":[{\"id\":\"n0\",\"kind\":\"iin\",\"label\":\"\",\"step\":0,\"value\":\"500101100000\"},"
                     "{\"id\":\"n1\",\"kind\":\"phone\",\"label\":\"\",\"step\":0,\"value\":\"+79990000001\"}]}");
    base_buffer_clear(&out);
    core_graph_free(graph);
}
END_TEST

CHECK_MAIN("graph of links", each_once, within_limits, as_text)
