/* The floor of the drain bench: how fast PostgreSQL takes the same rows into the same table when a program does
 * nothing else than COPY.
 *
 *   bare-copy CONNECTION TABLE
 *
 * Reads all rows of the table into memory, empties it, and copies them back in one transaction over one connection.
 * Prints the rows and the microseconds of that transaction.
 */
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static PGconn *connection;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static long run(const char *command, const char *table, ExecStatusType expected) {
    char text[256];
    snprintf(text, sizeof text, command, table);
    PGresult *result = PQexec(connection, text);
    if (PQresultStatus(result) != expected) {
        fprintf(stderr, "bare-copy: %s: %s", text, PQerrorMessage(connection));
        exit(1);
    }
    const long rows = atol(PQcmdTuples(result));
    PQclear(result);
    return rows;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: bare-copy CONNECTION TABLE\n");
        return 64;
    }
    connection = PQconnectdb(arguments[1]);
    char *rows = NULL, *part;
    size_t length = 0, room = 0;
    int size;
    run("COPY (SELECT * FROM %s) TO STDOUT (FORMAT binary)", arguments[2], PGRES_COPY_OUT);
    while ((size = PQgetCopyData(connection, &part, 0)) > 0) {
        if (length + (size_t)size > room) rows = realloc(rows, room = (length + (size_t)size) * 2);
        memcpy(rows + length, part, (size_t)size);
        length += (size_t)size;
        PQfreemem(part);
    }
    PQclear(PQgetResult(connection));
    while (PQgetResult(connection) != NULL) {}
    run("TRUNCATE %s", arguments[2], PGRES_COMMAND_OK);
    run("CHECKPOINT", "", PGRES_COMMAND_OK);

    const int64_t begin = now();
    run("BEGIN", "", PGRES_COMMAND_OK);
    run("COPY %s FROM STDIN (FORMAT binary)", arguments[2], PGRES_COPY_IN);
    for (size_t place = 0; place < length; place += 65536)
        PQputCopyData(connection, rows + place, (int)(length - place < 65536 ? length - place : 65536));
    if (PQputCopyEnd(connection, NULL) != 1) return 1;
    PGresult *result = PQgetResult(connection);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fprintf(stderr, "bare-copy: %s", PQerrorMessage(connection));
        return 1;
    }
    const long copied = atol(PQcmdTuples(result));
    PQclear(result);
    while (PQgetResult(connection) != NULL) {}
    run("COMMIT", "", PGRES_COMMAND_OK);
    printf("%ld %lld\n", copied, (long long)(now() - begin));
    PQfinish(connection);
    return 0;
}
