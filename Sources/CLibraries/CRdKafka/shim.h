#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// `rd_kafka_producev` takes variable arguments. It copies key and value; `headers` (may be NULL) belong to the
// message only when it returns no error. `rd_kafka_produceva` is avoided: in 2.0.2 it frees the headers twice when
// the partition is unknown.
static inline rd_kafka_resp_err_t apus_rd_kafka_produce(rd_kafka_t *client, const char *topic, int32_t partition,
                                                        const void *key, size_t keyLength, const void *value,
                                                        size_t valueLength, rd_kafka_headers_t *headers,
                                                        void *opaque) {
    if (headers)
        return rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                                 RD_KAFKA_V_KEY(key, keyLength), RD_KAFKA_V_VALUE((void *)value, valueLength),
                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(opaque),
                                 RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    return rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_KEY(key, keyLength), RD_KAFKA_V_VALUE((void *)value, valueLength),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}
