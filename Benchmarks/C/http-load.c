/* Loads an HTTP server on 127.0.0.1 over connections that stay open, and tells how fast it answers.
 *
 *   http-load PORT CONNECTIONS REQUESTS_PER_SECOND SECONDS PATH [HEADER]
 *
 * With a rate, requests have planned times and latencies count from these, also while all connections are busy, so
 * that a server that stands still can't hide it; with rate 0 each connection asks again as soon as it is answered.
 * Prints the answers, those that were not 200, the answers per second, and p50, p99 and the greatest latency in
 * microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_connections = 1024, most_samples = 16 << 20, answer_size = 1 << 20 };

struct connection {
    int socket;
    int64_t planned;
    size_t received, expected;
    char head[4096];
};

static struct connection connections[most_connections];
static int idle[most_connections], idle_count;
static char request[4096], body[answer_size];
static size_t request_length;
static uint32_t *samples;
static int64_t answers, failures;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

static void ask(struct connection *connection, int64_t planned) {
    connection->planned = planned;
    connection->received = 0;
    connection->expected = 0;
    if (send(connection->socket, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length)
        give_up("http-load: asking");
}

/* Takes what has arrived; whether the answer is complete. */
static int take(struct connection *connection) {
    for (;;) {
        const int in_head = connection->expected == 0;
        char *into = in_head ? connection->head + connection->received : body;
        const size_t room = in_head ? sizeof connection->head - 1 - connection->received : sizeof body;
        const ssize_t count = recv(connection->socket, into, room, MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) return 0;
        if (count <= 0) give_up("http-load: the server closed a connection");
        connection->received += (size_t)count;
        if (in_head) {
            connection->head[connection->received] = 0;
            const char *end = strstr(connection->head, "\r\n\r\n");
            if (end == NULL) continue;
            const char *length = strcasestr(connection->head, "\r\ncontent-length:");
            /* Without a length the answer comes in chunks, and the empty one is looked for. */
            connection->expected = SIZE_MAX;
            if (length != NULL && length < end)
                connection->expected = (size_t)(end + 4 - connection->head) + strtoul(length + 17, NULL, 10);
            if (strncmp(connection->head, "HTTP/1.1 200", 12) != 0 && failures++ == 0)
                fprintf(stderr, "http-load: the first failure:\n%.400s\n", connection->head);
        }
        if (connection->received >= connection->expected) return 1;
        if (connection->expected == SIZE_MAX && count >= 5 && memcmp(into + count - 5, "0\r\n\r\n", 5) == 0) return 1;
    }
}

static int smaller(const void *left, const void *right) {
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

int main(int count, char **arguments) {
    if (count != 6 && count != 7) {
        fprintf(stderr, "usage: http-load PORT CONNECTIONS REQUESTS_PER_SECOND SECONDS PATH [HEADER]\n");
        return 64;
    }
    int total = atoi(arguments[2]);
    if (total < 1 || total > most_connections) total = 1;
    const double rate = atof(arguments[3]);
    const int64_t duration = (int64_t)(atof(arguments[4]) * 1e9);
    request_length = (size_t)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s\r\n", arguments[5],
                                      count == 7 ? arguments[6] : "", count == 7 ? "\r\n" : "");
    samples = malloc(most_samples * sizeof *samples);
    const int poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)atoi(arguments[1]))};
    for (int i = 0; i < total; i++) {
        connections[i].socket = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(connections[i].socket, (struct sockaddr *)&address, sizeof address) != 0) give_up("http-load: connecting");
        const int on = 1;
        setsockopt(connections[i].socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event);
        idle[idle_count++] = i;
    }

    static struct epoll_event events[256];
    const int64_t begin = now();
    int64_t asked = 0;
    for (;;) {
        int64_t time = now();
        const int open = time - begin < duration;
        if (!open && idle_count == total) break;
        if (time - begin > duration + 10000000000) break;
        while (open && idle_count > 0) {
            const int64_t planned = rate > 0 ? begin + (int64_t)((double)asked * 1e9 / rate) : time;
            if (planned > time) break;
            ask(&connections[idle[--idle_count]], planned);
            asked++;
        }
        struct timespec wait = {.tv_nsec = 1000000};
        if (rate > 0 && idle_count > 0 && open) {
            const int64_t left = begin + (int64_t)((double)asked * 1e9 / rate) - now();
            wait.tv_nsec = left < 0 ? 0 : left < 1000000 ? left : 1000000;
        }
        const int ready = epoll_pwait2(poll, events, 256, &wait, NULL);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = &connections[events[i].data.u32];
            if (!take(connection)) continue;
            time = now();
            if (answers < most_samples) samples[answers] = (uint32_t)((time - connection->planned) / 1000);
            answers++;
            idle[idle_count++] = (int)events[i].data.u32;
        }
    }
    const double seconds = (double)(now() - begin) / 1e9;
    const int64_t kept = answers < most_samples ? answers : most_samples;
    if (kept == 0) give_up("http-load: no answer");
    qsort(samples, (size_t)kept, sizeof *samples, smaller);
    printf("%lld %lld %.0f %u %u %u\n", (long long)answers, (long long)failures, (double)answers / seconds,
           samples[kept / 2], samples[kept * 99 / 100], samples[kept - 1]);
    return 0;
}
