/*
 * The floor: the same work in C against libsqlite3. Reads one command per line, "<operation> <argument> <nanoseconds>",
 * repeats the operation for that time, and answers how often per second it was done. Texts are copied out of each row, times
 * are parsed and lists are split, as a program that keeps the same records has to.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { AGENTS = 1000, BUSY_AGENTS = 40, TEAMS_OF_A_SIZE = 8, PAGE = 100, MAX_COLUMNS = 24 };

#define TASK_COLUMNS                                                                                                     \
    "SELECT id, agent_id, workflow_id, team_id, type, status, priority, input, output, error, metadata, started_at,"     \
    " completed_at, version, created_at, updated_at, parent_id, source_format, external_id, source_id, source_record,"   \
    " source_line, source_offset FROM tasks"

#define MESSAGE_COLUMNS                                                                                                  \
    "SELECT id, conversation_id, sequence_number, sender_id, receiver_id, task_id, team_id, content_type, content,"      \
    " metadata, read_at, version, created_at, updated_at, role FROM messages"

/* As long as what the other systems store on average. */
static const char FILLER[] = "the third section repeats what was said before about terms of delivery please check whether this "
                             "invoice number is still open and call search_orders again with a smaller limit because "
                             "error 429 came back after 12 seconds, and the second page of the report names the same "
                             "order with another sum, which nobody has explained so far, so ask once more before it is "
                             "sent to the customer";

/* One value of a row that the program keeps: text of its own, a list of such texts, or a number. */
struct value {
    char *text;
    char **items;
    int count;
    sqlite3_int64 number;
};

struct row {
    struct value values[MAX_COLUMNS];
    int columns;
};

static sqlite3 *database;
static sqlite3_stmt *agent, *task, *tasks, *members, *newest, *message, *teams, *insert_task, *insert_message, *take_numbers, *begin, *commit;
static char agents[AGENTS][40];
static char real[3][64];
static unsigned long long serial;

static void check(int code, const char *what) {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(database));
        exit(1);
    }
}

static long long nanos_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
    return statement;
}

/* Days since 1970 of a date in the calendar of today. */
static long long days(int year, int month, int day) {
    year -= month <= 2;
    int era = year / 400;
    int of_era = year - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097LL + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int digits(const char *text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
        value = value * 10 + text[i] - '0';
    }
    return value;
}

/* Microseconds since 1970. */
static sqlite3_int64 parse_time(const char *text) {
    long long seconds = days(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)) * 86400
        + digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60 + digits(text, 17, 19);
    return seconds * 1000000 + digits(text, 20, 26);
}

static void now_text(char *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm parts;
    gmtime_r(&now.tv_sec, &parts);
    snprintf(out, 64, "%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
             parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1000);
}

/* Ids that sort by time and repeat in no other run. */
static void new_id(char *out, int kind) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    unsigned long long millis = now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
    snprintf(out, 40, "%08llx-%04llx-7%03x-8%03x-%012llx", (millis >> 16) & 0xffffffff, millis & 0xffff,
             kind & 0xfff,
             (unsigned)getpid() & 0xfff, serial++ & 0xffffffffffff);
}

static char *copy(const unsigned char *text, int length) {
    char *kept = malloc((size_t)length + 1);
    memcpy(kept, text, (size_t)length + 1);
    return kept;
}

/* The strings of a JSON array, none of which has anything escaped. */
static void keep_list(struct value *value, const char *text, int length) {
    int quotes = 0;
    for (int i = 0; i < length; i++) {
        quotes += text[i] == '"';
    }
    value->count = quotes / 2;
    value->items = malloc(sizeof(char *) * (size_t)(value->count + 1));
    const char *end = text;
    for (int i = 0; i < value->count; i++) {
        const char *start = strchr(end, '"') + 1;
        end = strchr(start, '"');
        value->items[i] = malloc((size_t)(end - start) + 1);
        memcpy(value->items[i], start, (size_t)(end - start));
        value->items[i][end - start] = 0;
        end++;
    }
}

static int is_time(const char *text, int length) {
    return length == 27 && text[10] == 'T' && text[26] == 'Z';
}

static void keep_row(sqlite3_stmt *statement, struct row *row) {
    row->columns = sqlite3_column_count(statement);
    for (int i = 0; i < row->columns; i++) {
        struct value *value = &row->values[i];
        value->text = NULL;
        value->items = NULL;
        switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER:
            value->number = sqlite3_column_int64(statement, i);
            break;
        case SQLITE_TEXT: {
            const unsigned char *text = sqlite3_column_text(statement, i);
            int length = sqlite3_column_bytes(statement, i);
            if (is_time((const char *)text, length)) {
                value->number = parse_time((const char *)text);
            } else if (text[0] == '[') {
                keep_list(value, (const char *)text, length);
            } else {
                value->text = copy(text, length);
            }
            break;
        }
        default:
            break;
        }
    }
}

static void drop_row(struct row *row) {
    for (int i = 0; i < row->columns; i++) {
        struct value *value = &row->values[i];
        free(value->text);
        if (value->items != NULL) {
            for (int j = 0; j < value->count; j++) {
                free(value->items[j]);
            }
            free(value->items);
        }
    }
}

/* Keeps all rows, counts them, lets them go. */
static int read_rows(sqlite3_stmt *statement) {
    static struct row rows[2048];
    int count = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        keep_row(statement, &rows[count++]);
    }
    check(code, "step");
    sqlite3_reset(statement);
    for (int i = 0; i < count; i++) {
        drop_row(&rows[i]);
    }
    return count;
}

static void run(sqlite3_stmt *statement, const char *what) {
    check(sqlite3_step(statement), what);
    check(sqlite3_reset(statement), what);
}

static void bind_text(sqlite3_stmt *statement, int place, const char *text) {
    sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT);
}

static void read_agent(long turn) {
    bind_text(agent, 1, agents[turn * 7919 % AGENTS]);
    read_rows(agent);
}

/* One of so many tasks that growth has made, drawn at random. */
static void read_task(int count) {
    static unsigned long long state = 88172645463325252ULL;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    char id[48];
    snprintf(id, sizeof id, "01900000-%04x-7000-8000-%012llx", 'T', state % (unsigned)count);
    bind_text(task, 1, id);
    if (read_rows(task) != 1) {
        fprintf(stderr, "there is no task %s\n", id);
        exit(1);
    }
}

static void read_tasks(long turn) {
    bind_text(tasks, 1, agents[turn * 7919 % BUSY_AGENTS]);
    sqlite3_bind_int(tasks, 2, PAGE + 1);
    read_rows(tasks);
}

static void read_members(int size, long turn) {
    char id[48];
    snprintf(id, sizeof id, "01900000-%04x-7000-8000-%012lx", 'g', (unsigned long)(size + 10000 * (turn % TEAMS_OF_A_SIZE)));
    bind_text(members, 1, id);
    if (read_rows(members) != size) {
        fprintf(stderr, "a team of %d has another size\n", size);
        exit(1);
    }
}

/* The newest messages of one of the conversations of a kind; the argument is kind * 1000 + how many. */
static void read_newest(int argument, long turn) {
    char id[48];
    int kind = argument / 1000;
    snprintf(id, sizeof id, "01900000-%04x-7000-8000-%012lx", 'c', (unsigned long)(kind * 3 + turn % 3) * 1000);
    bind_text(newest, 1, id);
    sqlite3_bind_int(newest, 2, argument % 1000);
    if (read_rows(newest) != argument % 1000) {
        fprintf(stderr, "the conversation %s is shorter\n", id);
        exit(1);
    }
}

static void read_message(int argument, long turn) {
    char id[48];
    int kind = argument / 1000;
    snprintf(id, sizeof id, "01900000-%04x-7000-8000-%012lx", 'm',
             (unsigned long)(kind * 3 + turn % 3) * 1000 + turn % (argument % 1000));
    bind_text(message, 1, id);
    if (read_rows(message) != 1) {
        fprintf(stderr, "there is no message %s\n", id);
        exit(1);
    }
}

/* A sample of the fixture, unlike read_task, which growth uses. */
static void read_sample(int count, long turn) {
    char id[48];
    snprintf(id, sizeof id, "01900000-%04x-7000-8000-%012lx", 'k', (unsigned long)(turn * 7919 % count));
    bind_text(task, 1, id);
    if (read_rows(task) != 1) {
        fprintf(stderr, "there is no task %s\n", id);
        exit(1);
    }
}

static void read_teams(int count) {
    sqlite3_bind_int(teams, 1, count + 1);
    read_rows(teams);
}

static void create_task(long turn) {
    char id[40], time[64], input[512];
    new_id(id, 't');
    now_text(time);
    bind_text(insert_task, 1, id);
    bind_text(insert_task, 2, agents[turn % AGENTS]);
    bind_text(insert_task, 5, "summarise");
    bind_text(insert_task, 6, "pending");
    sqlite3_bind_int(insert_task, 7, 5);
    snprintf(input, sizeof input, "{\"document\":\"report-%ld.pdf\",\"pages\":42,\"note\":\"%.*s\"}", turn,
             (int)(40 + turn % 160), FILLER);
    bind_text(insert_task, 8, input);
    /* With SQLite 3.40 the schema's check json_valid(output) refuses a missing output, so there is one here. */
    bind_text(insert_task, 9, "null");
    bind_text(insert_task, 11, "{}");
    sqlite3_bind_int(insert_task, 14, 1);
    bind_text(insert_task, 15, time);
    bind_text(insert_task, 16, time);
    run(insert_task, "insert of a task");
}

static void create_message(const char *conversation, int number, int turn) {
    char id[40], time[64], content[512];
    new_id(id, 'm');
    now_text(time);
    snprintf(content, sizeof content, "%d %.*s", turn, 200 + turn % 200, FILLER);
    bind_text(insert_message, 1, id);
    bind_text(insert_message, 2, conversation);
    sqlite3_bind_int(insert_message, 3, number);
    bind_text(insert_message, 4, agents[turn % AGENTS]);
    bind_text(insert_message, 5, agents[(turn + 1) % AGENTS]);
    bind_text(insert_message, 8, "text/plain");
    bind_text(insert_message, 9, content);
    bind_text(insert_message, 10, "{}");
    sqlite3_bind_int(insert_message, 12, 1);
    bind_text(insert_message, 13, time);
    bind_text(insert_message, 14, time);
    run(insert_message, "insert of a message");
}

/* One transaction with so many messages, 100 to a conversation. */
static void create_messages(int count) {
    char conversation[40], time[64];
    run(begin, "begin");
    for (int i = 0; i < count; i++) {
        if (i % 100 == 0) {
            new_id(conversation, 'c');
            now_text(time);
            bind_text(take_numbers, 1, conversation);
            sqlite3_bind_int(take_numbers, 2, 100);
            bind_text(take_numbers, 3, time);
            read_rows(take_numbers);
        }
        create_message(conversation, i % 100 + 1, i);
    }
    run(commit, "commit");
}

static void perform(const char *operation, int argument, long turn) {
    if (strcmp(operation, "agent") == 0) {
        read_agent(turn);
    } else if (strcmp(operation, "task") == 0) {
        read_task(argument);
    } else if (strcmp(operation, "tasks") == 0) {
        read_tasks(turn);
    } else if (strcmp(operation, "members") == 0) {
        read_members(argument, turn);
    } else if (strcmp(operation, "sample") == 0) {
        read_sample(argument, turn);
    } else if (strcmp(operation, "newest") == 0) {
        read_newest(argument, turn);
    } else if (strcmp(operation, "real") == 0) {
        bind_text(newest, 1, real[turn % 3]);
        sqlite3_bind_int(newest, 2, argument);
        read_rows(newest);
    } else if (strcmp(operation, "message") == 0) {
        read_message(argument, turn);
    } else if (strcmp(operation, "teams") == 0) {
        read_teams(argument);
    } else if (strcmp(operation, "tasks-of") == 0) {
        bind_text(tasks, 1, agents[argument]);
        sqlite3_bind_int(tasks, 2, PAGE + 1);
        read_rows(tasks);
    } else if (strcmp(operation, "create") == 0) {
        create_task(turn);
    } else if (strcmp(operation, "bulk") == 0) {
        create_messages(argument);
    } else {
        fprintf(stderr, "unknown operation %s\n", operation);
        exit(1);
    }
}

/* Creates wait for the disk, so the clock on the wall counts; for the rest it is the processor's time, as in the JVM. */
static double repeat(const char *operation, int argument, long long nanos) {
    clockid_t clock = strcmp(operation, "create") == 0 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
    long long end = nanos_of(CLOCK_MONOTONIC) + nanos;
    long long start = nanos_of(clock);
    long turn = 0;
    do {
        perform(operation, argument, turn++);
    } while (nanos_of(CLOCK_MONOTONIC) < end);
    return turn * 1e9 / (double)(nanos_of(clock) - start);
}

static void open_database(const char *file) {
    check(sqlite3_open(file, &database), "open");
    const char *settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                           "PRAGMA cache_size = -16000; PRAGMA busy_timeout = 60000";
    check(sqlite3_exec(database, settings, NULL, NULL, NULL), "pragmas");
    agent = prepare("SELECT id, name, mode, status, capabilities, metadata, version, created_at, updated_at FROM agents"
                    " WHERE id = ?");
    task = prepare(TASK_COLUMNS " WHERE id = ?");
    tasks = prepare(TASK_COLUMNS " WHERE agent_id = ? AND status = 'completed' ORDER BY priority DESC, created_at, id LIMIT ?");
    members = prepare("SELECT a.id, a.name, a.mode, a.status, a.capabilities, a.metadata, a.version, a.created_at,"
                      " a.updated_at, m.role, m.joined_at FROM team_members m JOIN agents a ON a.id = m.agent_id"
                      " WHERE m.team_id = ? ORDER BY m.joined_at, m.agent_id");
    newest = prepare(MESSAGE_COLUMNS " WHERE conversation_id = ? ORDER BY sequence_number DESC LIMIT ?");
    message = prepare(MESSAGE_COLUMNS " WHERE id = ?");
    teams = prepare("SELECT t.id, t.name, t.description, t.metadata, t.version, t.created_at, t.updated_at, a.id, a.name,"
                    " a.mode, a.status, a.capabilities, a.metadata, a.version, a.created_at, a.updated_at, m.role,"
                    " m.joined_at FROM (SELECT * FROM teams ORDER BY created_at, id LIMIT ?) t"
                    " JOIN team_members m ON m.team_id = t.id JOIN agents a ON a.id = m.agent_id"
                    " ORDER BY t.created_at, t.id, m.joined_at, m.agent_id");
    insert_task = prepare("INSERT INTO tasks (id, agent_id, workflow_id, team_id, type, status, priority, input, output,"
                          " error, metadata, started_at, completed_at, version, created_at, updated_at)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert_message = prepare("INSERT INTO messages (id, conversation_id, sequence_number, sender_id, receiver_id, task_id,"
                             " team_id, content_type, content, metadata, read_at, version, created_at, updated_at)"
                             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    take_numbers = prepare("INSERT INTO conversations (id, last_sequence_number, created_at) VALUES (?, ?, ?)"
                           " ON CONFLICT (id) DO UPDATE SET last_sequence_number = last_sequence_number"
                           " + excluded.last_sequence_number RETURNING last_sequence_number");
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: peer <database>\n");
        return 2;
    }
    open_database(arguments[1]);
    for (int i = 0; i < AGENTS; i++) {
        snprintf(agents[i], sizeof agents[i], "01900000-%04x-7000-8000-%012x", 'a', i);
    }
    sqlite3_stmt *longest = prepare("SELECT id FROM conversations WHERE source_format IS NOT NULL"
                                    " ORDER BY last_sequence_number DESC, id LIMIT 3");
    for (int i = 0; i < 3 && sqlite3_step(longest) == SQLITE_ROW; i++) {
        snprintf(real[i], sizeof real[i], "%s", (const char *)sqlite3_column_text(longest, 0));
    }
    sqlite3_finalize(longest);
    char operation[32];
    int argument;
    long long nanos;
    while (scanf("%31s %d %lld", operation, &argument, &nanos) == 3) {
        if (strcmp(operation, "version") == 0) {
            printf("%s\n", sqlite3_libversion());
        } else {
            printf("%f\n", repeat(operation, argument, nanos));
        }
        fflush(stdout);
    }
    sqlite3_close(database);
    return 0;
}
