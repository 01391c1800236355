/* The envelopes of both channels are those of the state gateway's description, and of an answer only what it may say is
 * taken. */
#include "base/clock.h"
#include "gateway/adapters/soap_envelope.h"
#include "gateway/adapters/xml_read.h"
#include "tests/check_main.h"

#include <stdlib.h>

/* 2026-11-22T12:00:00+05:00 */
#define NOW_US INT64_C(1795330800000000)
#define NOW "2026-11-22T12:00:00+05:00"
#define BEGIN                                                                                                          \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                                     \
    "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Header/><soapenv:Body>"
#define END "</soapenv:Body></soapenv:Envelope>\n"

static char *written(const struct adapter_envelope_content *content)
{
    ck_assert_int_eq(base_clock_zone_init(), 0);
    xmlDoc *document = NULL;
    ck_assert_int_eq(adapter_envelope_new(content, &document), 0);
    struct base_buffer text;
    base_buffer_init(&text, 1 << 16);
    ck_assert_int_eq(adapter_envelope_write(document, &text), 0);
    adapter_envelope_free(document);
    return base_buffer_take_text(&text);
}

static void expect(const struct adapter_envelope_content *content, const char *expected)
{
    char *text = written(content);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(test_synchronous_request)
{
    xmlDoc *data = NULL;
    ck_assert_int_eq(adapter_xml_read(base_bytes_text("<data xmlns:c=\"urn:c\"><iin>1</iin></data>"), &data), 0);
    struct adapter_envelope_content content = {.operation = ADAPTER_OPERATION_SYNC_SEND,
                                               .message_id = "m1",
                                               .service_id = "S",
                                               .sender = "us",
                                               .password = "p<",
                                               .now_us = NOW_US,
                                               .data = xmlDocGetRootElement(data)};
    expect(&content, BEGIN "<typ:SendMessage xmlns:typ=\"http://bip.bee.kz/SyncChannel/v10/Types\"><request>"
                           "<requestInfo><messageId>m1</messageId><serviceId>S</serviceId><messageDate>" NOW
                           "</messageDate><sender><senderId>us</senderId><password>p&lt;</password></sender>"
                           "</requestInfo><requestData><data xmlns:c=\"urn:c\"><iin>1</iin></data></requestData>"
                           "</request></typ:SendMessage>" END);
    content.data = NULL;
    content.data_text = "<Request/>";
    content.password = "";
    expect(&content, BEGIN "<typ:SendMessage xmlns:typ=\"http://bip.bee.kz/SyncChannel/v10/Types\"><request>"
                           "<requestInfo><messageId>m1</messageId><serviceId>S</serviceId><messageDate>" NOW
                           "</messageDate><sender><senderId>us</senderId></sender></requestInfo><requestData>"
                           "<data xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                           "xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xsi:type=\"xs:string\">&lt;Request/&gt;"
                           "</data></requestData></request></typ:SendMessage>" END);
    xmlFreeDoc(data);
}
END_TEST

#define ASYNC "xmlns:typ=\"http://bip.bee.kz/AsyncChannel/v10/Types\"><request>"
#define SENDER "<sender><senderId>us</senderId></sender>"

START_TEST(test_asynchronous_requests)
{
    struct adapter_envelope_content content = {
        .message_id = "m1", .service_id = "S", .sender = "us", .now_us = NOW_US, .data_text = "x"};
    content.operation = ADAPTER_OPERATION_SEND;
    char *text = written(&content);
    ck_assert_ptr_nonnull(strstr(text, "<typ:sendMessage " ASYNC
                                       "<messageInfo><messageId>m1</messageId><serviceId>S</serviceId>"
                                       "<messageType>REQUEST</messageType><messageDate>" NOW "</messageDate>" SENDER
                                       "</messageInfo><messageData><data "));
    free(text);
    content.operation = ADAPTER_OPERATION_STATUS;
    expect(&content, BEGIN "<typ:getMessageStatus " ASYNC "<messageId>m1</messageId><requestDate>" NOW
                           "</requestDate>" SENDER "</request></typ:getMessageStatus>" END);
    content.operation = ADAPTER_OPERATION_MESSAGES;
    expect(&content, BEGIN "<typ:getMessages " ASYNC "<correlationId>m1</correlationId><requestDate>" NOW
                           "</requestDate><serviceId>S</serviceId>" SENDER "</request></typ:getMessages>" END);
    content.operation = ADAPTER_OPERATION_DELIVERY;
    expect(&content, BEGIN "<typ:sendDeliveryNotification " ASYNC
                           "<notification><messageId>m1</messageId><serviceId>S</serviceId><notificationDate>" NOW
                           "</notificationDate><deliveryStatus><receiveStatus>MESSAGE_ACCEPTED</receiveStatus>"
                           "<statusDate>" NOW "</statusDate><resendMessage>NOT_RESEND</resendMessage>"
                           "</deliveryStatus></notification><requestDate>" NOW "</requestDate>" SENDER
                           "</request></typ:sendDeliveryNotification>" END);
}
END_TEST

/* Keeps the document of the last answer, from which data is borrowed. */
static xmlDoc *kept;

static struct adapter_envelope_answer read_answer(enum adapter_operation operation, const char *inner)
{
    char *text = NULL;
    xmlFreeDoc(kept);
    ck_assert_int_gt(asprintf(&text,
                              "<s:Body xmlns:s=\"" ADAPTER_NS_SOAP "\" xmlns:y=\"" ADAPTER_NS_SYNC
                              "\" xmlns:a=\"" ADAPTER_NS_ASYNC "\">%s</s:Body>",
                              inner),
                     0);
    ck_assert_int_eq(adapter_xml_read(base_bytes_text(text), &kept), 0);
    struct adapter_envelope_answer answer;
    adapter_envelope_read(xmlDocGetRootElement(kept), operation, "m1", &answer);
    free(text);
    return answer;
}

static struct adapter_envelope_answer read_sync(const char *info, const char *data)
{
    char inner[1024];
    snprintf(inner, sizeof(inner),
             "<y:SendMessageResponse><response><responseInfo>%s</responseInfo>%s</response></y:SendMessageResponse>",
             info, data);
    return read_answer(ADAPTER_OPERATION_SYNC_SEND, inner);
}

#define DATA "<responseData><data><x/></data></responseData>"

START_TEST(test_synchronous_answer)
{
    struct adapter_envelope_answer answer = read_sync(
        "<messageId>a1</messageId><correlationId>m1</correlationId><status><code>Success</code></status>", DATA);
    ck_assert_int_eq(answer.kind, ADAPTER_ENVELOPE_RESPONSE);
    ck_assert(answer.is_success);
    ck_assert_str_eq(answer.message_id, "a1");
    ck_assert_str_eq(answer.correlation_id, "m1");
    ck_assert(adapter_xml_is(adapter_xml_first(answer.data), NULL, "x"));
    answer = read_sync("<messageId>a1</messageId><status><code>E-17</code></status>", "");
    ck_assert_int_eq(answer.kind, ADAPTER_ENVELOPE_RESPONSE);
    ck_assert(!answer.is_success);
    ck_assert_str_eq(answer.code, "E-17");
    static const char *const broken[][2] = {
        {"<messageId>a1</messageId>", DATA},
        {"<status><code>Success</code></status>", DATA},
        {"<messageId>a1</messageId><status><code>Success</code></status>", ""},
        {"<messageId>a1</messageId><status><code>Success</code><code>E</code></status>", DATA},
        {"<messageId>a1</messageId><messageId>m1</messageId><status><code>Success</code></status>", DATA},
        {"<messageId>a1</messageId><status><code>Success</code></status>", DATA DATA},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(broken); i++)
        ck_assert_int_eq(read_sync(broken[i][0], broken[i][1]).kind, ADAPTER_ENVELOPE_MALFORMED);
}
END_TEST

START_TEST(test_only_the_answer_to_this_operation)
{
    ck_assert_int_eq(read_answer(ADAPTER_OPERATION_SYNC_SEND, "").kind, ADAPTER_ENVELOPE_MALFORMED);
    ck_assert_int_eq(read_answer(ADAPTER_OPERATION_SYNC_SEND, "<SendMessageResponse/>").kind,
                     ADAPTER_ENVELOPE_MALFORMED);
    ck_assert_int_eq(
        read_answer(ADAPTER_OPERATION_DELIVERY, "<a:getMessagesResponse><response/></a:getMessagesResponse>").kind,
        ADAPTER_ENVELOPE_MALFORMED);
    ck_assert_int_eq(read_answer(ADAPTER_OPERATION_DELIVERY,
                                 "<a:sendDeliveryNotificationResponse><response/></a:sendDeliveryNotificationResponse>")
                         .kind,
                     ADAPTER_ENVELOPE_RESPONSE);
    ck_assert_int_eq(read_answer(ADAPTER_OPERATION_DELIVERY,
                                 "<a:sendDeliveryNotificationResponse><response/></a:sendDeliveryNotificationResponse>"
                                 "<x/>")
                         .kind,
                     ADAPTER_ENVELOPE_MALFORMED);
}
END_TEST

START_TEST(test_faults_and_codes_without_personal_data)
{
    static const char *const codes[][2] = {{"SCSE003", "SCSE003"},
                                           {"a_b.c-1", "a_b.c-1"},
                                           {"IIN 500101100000", ""},
                                           {"500101100000", ""},
                                           {"E500101100000", ""},
                                           {"Surname\xd2\x9a", ""},
                                           {"a\"b", ""},
                                           {"", ""},
                                           {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(codes); i++) {
        char inner[512];
        snprintf(
            inner, sizeof(inner),
            "<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring><detail>"
            "<y:SendMessageFault1_SendMessageFault><errorCode>%s</errorCode></y:SendMessageFault1_SendMessageFault>"
            "</detail></s:Fault>",
            codes[i][0]);
        struct adapter_envelope_answer answer = read_answer(ADAPTER_OPERATION_SYNC_SEND, inner);
        ck_assert_int_eq(answer.kind, ADAPTER_ENVELOPE_FAULT);
        ck_assert_str_eq(answer.code, codes[i][1]);
    }
}
END_TEST

START_TEST(test_states)
{
    static const struct {
        const char *word;
        enum adapter_envelope_kind kind;
        enum adapter_message_state state;
    } states[] = {{"ON_DELIVERY", ADAPTER_ENVELOPE_RESPONSE, ADAPTER_MESSAGE_ON_DELIVERY},
                  {"DELIVERED", ADAPTER_ENVELOPE_RESPONSE, ADAPTER_MESSAGE_DELIVERED},
                  {"NOT_DELIVERED", ADAPTER_ENVELOPE_RESPONSE, ADAPTER_MESSAGE_NOT_DELIVERED},
                  {"DELIVERY_STOPPED", ADAPTER_ENVELOPE_RESPONSE, ADAPTER_MESSAGE_NOT_DELIVERED},
                  {"delivered", ADAPTER_ENVELOPE_MALFORMED, ADAPTER_MESSAGE_UNTOLD},
                  {"", ADAPTER_ENVELOPE_MALFORMED, ADAPTER_MESSAGE_UNTOLD}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(states); i++) {
        char inner[256];
        snprintf(inner, sizeof(inner),
                 "<a:getMessageStatusResponse><response><messageState>%s</messageState></response>"
                 "</a:getMessageStatusResponse>",
                 states[i].word);
        struct adapter_envelope_answer answer = read_answer(ADAPTER_OPERATION_STATUS, inner);
        ck_assert_int_eq(answer.kind, states[i].kind);
        ck_assert_int_eq(answer.state, states[i].state);
    }
}
END_TEST

#define MESSAGE(id, correlation, type, data)                                                                           \
    "<messages><messageInfo><messageId>" id "</messageId><correlationId>" correlation                                  \
    "</correlationId><messageType>" type "</messageType></messageInfo><messageData>" data "</messageData></messages>"

START_TEST(test_only_our_message)
{
    struct adapter_envelope_answer answer = read_answer(
        ADAPTER_OPERATION_MESSAGES,
        "<a:getMessagesResponse><response>" MESSAGE("b1", "m2", "RESPONSE", "<data>2</data>")
            MESSAGE("b2", "m1", "NOTIFICATION", "<data>3</data>") MESSAGE("b3", "m1", "RESPONSE", "<data>4</data>")
                MESSAGE("b3", "m1", "RESPONSE", "<data>4</data>") "</response></a:getMessagesResponse>");
    ck_assert_int_eq(answer.kind, ADAPTER_ENVELOPE_RESPONSE);
    ck_assert_str_eq(answer.message_id, "b3");
    char *text = adapter_xml_text(answer.data);
    ck_assert_str_eq(text, "4");
    free(text);
    answer = read_answer(ADAPTER_OPERATION_MESSAGES,
                         "<a:getMessagesResponse><response>" MESSAGE("m1", "m2", "RESPONSE", "<data>2</data>")
                             MESSAGE("b2", "m1", "RESPONSE", "") "</response></a:getMessagesResponse>");
    ck_assert_int_eq(answer.kind, ADAPTER_ENVELOPE_RESPONSE);
    ck_assert_ptr_null(answer.data);
    ck_assert_str_eq(answer.message_id, "");
}
END_TEST

START_TEST(test_the_body_of_an_envelope)
{
    static const struct {
        const char *inner;
        bool has;
    } envelopes[] = {{"<s:Body/>", true},
                     {"<s:Header/><s:Body/>", true},
                     {"<s:Header/>", false},
                     {"<s:Body/><s:Body/>", false},
                     {"<s:Body/><x/>", false},
                     {"<Body/>", false},
                     {"<s:Header/><s:Header/><s:Body/>", false}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(envelopes); i++) {
        char text[256];
        snprintf(text, sizeof(text), "<s:Envelope xmlns:s=\"" ADAPTER_NS_SOAP "\">%s</s:Envelope>", envelopes[i].inner);
        xmlDoc *document = NULL;
        ck_assert_int_eq(adapter_xml_read(base_bytes_text(text), &document), 0);
        ck_assert_msg((adapter_envelope_body(document) != NULL) == envelopes[i].has, "%s", text);
        xmlFreeDoc(document);
    }
}
END_TEST

CHECK_MAIN("gateway/adapters/soap_envelope", test_synchronous_request, test_asynchronous_requests,
           test_synchronous_answer, test_only_the_answer_to_this_operation, test_faults_and_codes_without_personal_data,
           test_states, test_only_our_message, test_the_body_of_an_envelope)
