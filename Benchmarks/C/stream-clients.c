/* Listens to the gateway's live events as many clients at once, and tells whether each of them heard all it should.
 *
 *   stream-clients PORT CLIENTS NAMED MONITORS STRIDE STEP EVERY BASE FIRST COUNT HEADER
 *
 * Result k is of monitor k * STRIDE % MONITORS + 1 and of the slot BASE + k * STEP, Unix milliseconds; of those from
 * FIRST on, COUNT of them, every one that EVERY divides changes the state of its monitor, from up to down at first. All
 * clients must hear of each such change; each names NAMED monitors, of which it must hear of each result as well.
 *
 * Prints "connected" once all listen and "heard …" when all has come or 15 s have passed: changes, results of named
 * monitors, incidents (each: how many should have come to all clients together, how many did not), events that came
 * twice, that were out of order, clients that were cut off, and p50 and p99 of the time from a slot to its change at a
 * client, in milliseconds. Then it goes on listening until it is ended.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_clients = 10000, event_size = 32768, most_late = 60000, connecting_at_once = 64 };

struct client {
    int socket, is_ready, is_closed;
    /* What is left of the chunk; before one its size is read. */
    size_t chunk;
    int in_head, in_size;
    char line[64];
    size_t line_length;
    char *event;
    size_t event_length;
    uint64_t last_id;
    unsigned char *changes, *results;
    int64_t *last_change;
    int incidents;
};

static struct client clients[most_clients];
static int64_t total, named, monitors, stride, step, every, base, first, count;
static int64_t ready, closed, doubled, disordered, changes_heard, results_heard, incidents_heard;
static uint32_t late[most_late + 1];
static unsigned char *is_down;
static char request[8192];

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

static int64_t monitor_of(int64_t k) { return k * stride % monitors + 1; }

static int names(const struct client *client, int64_t monitor) {
    return (monitor - 1 - (client - clients) * named % monitors + monitors) % monitors < named;
}

/* The number of the result with the slot that is written at `text`; -1: it is none of those that count. */
static int64_t result_at(const char *text) {
    struct tm time = {0};
    int milliseconds;
    if (sscanf(text, "%d-%d-%dT%d:%d:%d.%3dZ", &time.tm_year, &time.tm_mon, &time.tm_mday, &time.tm_hour, &time.tm_min,
               &time.tm_sec, &milliseconds) != 7)
        return -1;
    time.tm_year -= 1900;
    time.tm_mon -= 1;
    const int64_t behind = (int64_t)timegm(&time) * 1000 + milliseconds - base;
    if (behind < 0 || behind % step != 0 || behind / step < first || behind / step >= first + count) return -1;
    return behind / step;
}

static void take_status(struct client *client, const char *data) {
    const char *monitor_text = strstr(data, "\"monitor\":"), *since = strstr(data, "\"since\":\"");
    const char *state = strstr(data, "\"state\":\"");
    if (monitor_text == NULL || since == NULL || state == NULL) return;
    const int64_t monitor = atoll(monitor_text + 10), change = result_at(since + 9);
    const int is_named = names(client, monitor);
    if (change >= 0 && change % every == 0 && monitor_of(change) == monitor) {
        unsigned char *mark = &client->changes[(change - first) / every];
        const char *expected = is_down[change - first] ? "\"state\":\"down\"" : "\"state\":\"up\"";
        if (strncmp(state, expected, strlen(expected)) != 0 || change < client->last_change[monitor]) disordered++;
        client->last_change[monitor] = change;
        if (*mark == 0) {
            const int64_t behind = now() - (base + change * step);
            late[behind < 0 ? 0 : behind > most_late ? most_late : behind]++;
            changes_heard++;
            *mark = 1;
        } else if (!is_named) {
            doubled++;
        }
    }
    const char *slot = strstr(data, "\"results\":[");
    for (; is_named && slot != NULL && (slot = strstr(slot, "\"slot\":\"")) != NULL; slot++) {
        const int64_t result = result_at(slot + 8);
        if (result < 0 || monitor_of(result) != monitor) continue;
        unsigned char *mark = &client->results[result - first];
        if (*mark != 0) doubled++;
        else results_heard++;
        *mark = 1;
    }
}

static void take_event(struct client *client) {
    client->event[client->event_length] = 0;
    const char *name = strstr(client->event, "event: "), *data = strstr(client->event, "data: ");
    if (name == NULL || data == NULL) return;
    const char *number = strchr(client->event, '-');
    if (strncmp(client->event, "id: ", 4) == 0 && number != NULL && number < name) {
        const uint64_t id = strtoull(number + 1, NULL, 10);
        if (client->is_ready && id <= client->last_id) disordered++;
        client->last_id = id;
    }
    if (strncmp(name, "event: ready\n", 13) == 0) {
        client->is_ready = 1;
        ready++;
    } else if (strncmp(name, "event: status\n", 14) == 0) {
        take_status(client, data);
    } else if (strncmp(name, "event: incident\n", 16) == 0) {
        client->incidents++;
        incidents_heard++;
    }
}

static void take_content(struct client *client, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (client->event_length + 1 >= event_size) give_up("stream-clients: an event is too long");
        client->event[client->event_length++] = bytes[i];
        if (bytes[i] != '\n' || client->event_length < 2 || client->event[client->event_length - 2] != '\n') continue;
        take_event(client);
        client->event_length = 0;
    }
}

/* Takes the head and the sizes of the chunks away from what has come. */
static void take_bytes(struct client *client, const char *bytes, size_t length) {
    while (length > 0) {
        if (!client->in_head && !client->in_size && client->chunk > 0) {
            const size_t part = client->chunk < length ? client->chunk : length;
            take_content(client, bytes, part);
            client->chunk -= part;
            bytes += part;
            length -= part;
            /* The line end behind a chunk is an empty line, and the size comes next. */
            if (client->chunk == 0) client->in_size = 1;
            continue;
        }
        const char byte = *bytes++;
        length--;
        if (byte != '\n') {
            if (client->line_length + 1 < sizeof client->line) client->line[client->line_length++] = byte;
            continue;
        }
        client->line[client->line_length] = 0;
        const int is_empty = client->line_length == 0 || client->line[0] == '\r';
        client->line_length = 0;
        if (client->in_head) {
            if (strncmp(client->line, "HTTP/", 5) == 0 && strncmp(client->line, "HTTP/1.1 200", 12) != 0)
                give_up(client->line);
            if (is_empty) client->in_head = 0, client->in_size = 1;
        } else if (!is_empty) {
            client->chunk = strtoul(client->line, NULL, 16);
            client->in_size = 0;
        }
    }
}

static void listen_as(int number, int poll, const char *port, const char *header) {
    struct client *client = &clients[number];
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                        .sin_port = htons((uint16_t)atoi(port))};
    client->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client->socket, (const struct sockaddr *)&address, sizeof address) != 0)
        give_up("stream-clients: connecting");
    client->in_head = 1;
    client->event = malloc(event_size);
    client->changes = calloc((size_t)(count / every + 1), 1);
    client->results = calloc((size_t)count, 1);
    client->last_change = calloc((size_t)monitors + 1, sizeof(int64_t));
    size_t length = (size_t)snprintf(request, sizeof request, "GET /api/v1/stream?monitors=");
    for (int64_t i = 0; i < named && length < sizeof request - 512; i++)
        length += (size_t)snprintf(request + length, sizeof request - length, "%s%lld", i > 0 ? "," : "",
                                   (long long)((number * named + i) % monitors + 1));
    length += (size_t)snprintf(request + length, sizeof request - length, " HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n\r\n",
                               header);
    if (send(client->socket, request, length, MSG_NOSIGNAL) != (ssize_t)length) give_up("stream-clients: asking");
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)number};
    epoll_ctl(poll, EPOLL_CTL_ADD, client->socket, &event);
}

static void hear(int poll, int milliseconds) {
    static struct epoll_event events[256];
    static char bytes[65536];
    const int some = epoll_wait(poll, events, 256, milliseconds);
    for (int i = 0; i < some; i++) {
        struct client *client = &clients[events[i].data.u32];
        const ssize_t length = recv(client->socket, bytes, sizeof bytes, MSG_DONTWAIT);
        if (length > 0) take_bytes(client, bytes, (size_t)length);
        if (length > 0 || (length < 0 && errno == EAGAIN)) continue;
        closed++;
        client->is_closed = 1;
        close(client->socket);
    }
}

/* The latency that a share of the changes did not exceed. */
static int64_t quantile(double share) {
    int64_t rest = (int64_t)((double)changes_heard * share);
    for (int64_t value = 0; value <= most_late; value++)
        if ((rest -= late[value]) < 0) return value;
    return most_late;
}

int main(int argument_count, char **arguments) {
    if (argument_count != 12) {
        fprintf(stderr, "usage: stream-clients PORT CLIENTS NAMED MONITORS STRIDE STEP EVERY BASE FIRST COUNT HEADER\n");
        return 64;
    }
    int64_t *const numbers[] = {&total, &named, &monitors, &stride, &step, &every, &base, &first, &count};
    for (int i = 0; i < 9; i++) *numbers[i] = atoll(arguments[i + 2]);
    if (total > most_clients || monitors < 1 || step < 1 || every < 1 || first % every != 0) return 64;

    is_down = calloc((size_t)count, 1);
    unsigned char *down = calloc((size_t)monitors + 1, 1);
    int64_t change_count = 0, result_count = 0;
    for (int64_t k = first; k < first + count; k++) {
        if (k % every == 0) {
            change_count++;
            is_down[k - first] = down[monitor_of(k)] ^= 1;
        }
        for (int64_t i = 0; i < total; i++) result_count += names(&clients[i], monitor_of(k));
    }

    const int poll = epoll_create1(0);
    for (int i = 0; i < total; i++) {
        /* Not more at once than one address may have unanswered. */
        while (i - ready >= connecting_at_once && closed == 0) hear(poll, 1000);
        listen_as(i, poll, arguments[1], arguments[11]);
    }
    while (ready < total && closed == 0) hear(poll, 1000);
    printf("connected %lld\n", (long long)ready);
    fflush(stdout);
    const int64_t changes_due = change_count * total, end = base + (first + count) * step + 15000;
    while (now() < end &&
           (changes_heard < changes_due || results_heard < result_count || incidents_heard < changes_due))
        hear(poll, 100);
    printf("heard %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld\n", (long long)changes_due,
           (long long)(changes_due - changes_heard), (long long)result_count, (long long)(result_count - results_heard),
           (long long)changes_due, (long long)(changes_due - incidents_heard), (long long)doubled, (long long)disordered,
           (long long)closed, (long long)quantile(0.5), (long long)quantile(0.99));
    printf("end\n");
    fflush(stdout);
    for (;;) hear(poll, 1000);
}
