/*
 * A small VISA library over an instrument in the same process, with the calls and status codes of
 * VPP-4.3 and VPP-4.3.2. Each session of GPIB0::9::INSTR, and of those at GPIB0::20 to 28, is an
 * instrument of its own: it gives back what it is told, unless that is one of these. GPIB0::6::INSTR and
 * GPIB0::5::INSTR do not answer when they are opened.
 *   MUTE        nothing to say
 *   HANG        does not come back from reading until release() is called
 *   SLOW ms     gives that back after so long
 *   DEAF        takes nothing any more
 *   HALF        gives that back, and never its end
 *   BIG n       says n bytes
 *   LOST        the connection is lost
 *   SERVICE n   asks for service n times, from another thread
 *   LOG?        says what was done with it
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUCCESS 0
#define SUCCESS_TERM_CHAR 0x3FFF0005
#define SUCCESS_MAX_CNT 0x3FFF0006
#define ERROR_INV_OBJECT ((int32_t)0xBFFF000E)
#define ERROR_RSRC_BUSY ((int32_t)0xBFFF0072)
#define ERROR_RSRC_NFOUND ((int32_t)0xBFFF0011)
#define ERROR_TMO ((int32_t)0xBFFF0015)
#define ERROR_NSUP_ATTR ((int32_t)0xBFFF001D)
#define ERROR_NSUP_OPER ((int32_t)0xBFFF0067)
#define ERROR_CONN_LOST ((int32_t)0xBFFF00A6)

#define ATTR_SEND_END_EN 0x3FFF0016
#define ATTR_TERMCHAR 0x3FFF0018
#define ATTR_TMO_VALUE 0x3FFF001A
#define ATTR_TERMCHAR_EN 0x3FFF0038
#define EVENT_SERVICE_REQ 0x3FFF200B

#define SESSIONS 64

typedef int32_t (*handler_type)(uint32_t, uint32_t, uint32_t, void *);

struct session {
    int is_open;
    int is_manager;
    uint32_t manager;
    uint32_t timeout_ms;
    int sends_end, stops_at_char, is_lost, is_mute, hangs, has_reply;
    unsigned char stop_char;
    double ready_at;
    char *message, *reply;
    size_t message_length, reply_length, reply_at;
    int reply_ends;
    char log[4096];
    handler_type handler;
    void *handle;
    int is_enabled;
};

static struct session sessions[SESSIONS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static struct session *find(uint32_t vi) {
    return vi > 0 && vi < SESSIONS && sessions[vi].is_open ? &sessions[vi] : NULL;
}

static uint32_t make(void) {
    pthread_mutex_lock(&lock);
    uint32_t vi = 1;
    while (vi < SESSIONS && sessions[vi].is_open) vi += 1;
    if (vi == SESSIONS) abort();
    memset(&sessions[vi], 0, sizeof sessions[vi]);
    sessions[vi].is_open = 1;
    sessions[vi].timeout_ms = 2000;
    sessions[vi].sends_end = 1;
    pthread_mutex_unlock(&lock);
    return vi;
}

static void note(struct session *session, const char *what) {
    size_t used = strlen(session->log);
    snprintf(session->log + used, sizeof session->log - used, "%s%s", used ? "," : "", what);
}

/* How many sessions are open: not of VISA. */
int32_t openSessions(void) {
    int32_t count = 0;
    for (int vi = 1; vi < SESSIONS; vi += 1) count += sessions[vi].is_open;
    return count;
}

static volatile int is_released;

/* Calls that hang come back, now and later: not of VISA. */
int32_t release(void) { return is_released = 1; }

static int32_t bytes_read;

/* How many bytes viRead has given: not of VISA. */
int32_t bytesRead(void) { return bytes_read; }

int32_t viOpenDefaultRM(uint32_t *vi) {
    *vi = make();
    sessions[*vi].is_manager = 1;
    return SUCCESS;
}

int32_t viOpen(uint32_t manager, const char *name, uint32_t mode, uint32_t timeout, uint32_t *vi) {
    /* As much of the stack as a library of another maker may use. */
    volatile char frame[600 * 1024];
    for (size_t at = 0; at < sizeof frame; at += 4096) frame[at] = (char)mode;
    if (find(manager) == NULL) return ERROR_INV_OBJECT;
    if (strcmp(name, "GPIB0::8::INSTR") == 0) return ERROR_RSRC_BUSY;
    if (strcmp(name, "GPIB0::7::INSTR") == 0) {
        usleep(timeout < 400 ? timeout * 1000 : 400000);
        return ERROR_TMO;
    }
    if (strcmp(name, "GPIB0::6::INSTR") == 0 || strcmp(name, "GPIB0::5::INSTR") == 0) {
        usleep(timeout * 1000);
        return ERROR_TMO;
    }
    int is_there = strcmp(name, "GPIB0::9::INSTR") == 0 || strncmp(name, "GPIB0::2", 8) == 0;
    if (!is_there || strcmp(name, "GPIB0::29::INSTR") == 0) return ERROR_RSRC_NFOUND;
    *vi = make();
    sessions[*vi].manager = manager;
    return SUCCESS;
}

int32_t viClose(uint32_t vi) {
    struct session *session = find(vi);
    if (session == NULL) return ERROR_INV_OBJECT;
    session->is_open = 0;
    free(session->message);
    free(session->reply);
    if (session->is_manager) {
        for (uint32_t other = 1; other < SESSIONS; other += 1) {
            if (sessions[other].is_open && sessions[other].manager == vi) viClose(other);
        }
    }
    return SUCCESS;
}

int32_t viSetAttribute(uint32_t vi, uint32_t name, uint64_t value) {
    struct session *session = find(vi);
    if (session == NULL) return ERROR_INV_OBJECT;
    if (name == ATTR_TMO_VALUE) session->timeout_ms = value;
    else if (name == ATTR_SEND_END_EN) session->sends_end = value != 0;
    else if (name == ATTR_TERMCHAR) session->stop_char = value;
    else if (name == ATTR_TERMCHAR_EN) session->stops_at_char = value != 0;
    else return ERROR_NSUP_ATTR;
    return SUCCESS;
}

struct asking {
    struct session *session;
    uint32_t vi;
    int count;
};

static void *ask_for_service(void *given) {
    struct asking *asking = given;
    for (int at = 0; at < asking->count; at += 1) {
        usleep(2000);
        struct session *session = asking->session;
        if (session->is_enabled && session->handler != NULL) {
            session->handler(asking->vi, EVENT_SERVICE_REQ, 1, session->handle);
        }
    }
    free(asking);
    return NULL;
}

static void obey(uint32_t vi, struct session *session) {
    char text[64] = "";
    memcpy(text, session->message, session->message_length < 63 ? session->message_length : 63);
    free(session->reply);
    session->reply = session->message;
    session->reply_length = session->message_length;
    session->message = NULL;
    session->message_length = 0;
    session->reply_at = 0;
    session->reply_ends = 1;
    session->has_reply = 1;
    session->ready_at = now();
    long number = 0;
    if (strcmp(text, "MUTE") == 0) session->has_reply = 0;
    else if (strcmp(text, "HANG") == 0) session->hangs = 1;
    else if (strcmp(text, "DEAF") == 0) session->is_mute = 1;
    else if (strcmp(text, "LOST") == 0) session->is_lost = 1;
    else if (strcmp(text, "HALF") == 0) session->reply_ends = 0;
    else if (sscanf(text, "SLOW %ld", &number) == 1) session->ready_at += number / 1000.0;
    else if (sscanf(text, "BIG %ld", &number) == 1) {
        session->reply = realloc(session->reply, number + 1);
        session->reply_length = number;
        for (long at = 0; at < number; at += 1) session->reply[at] = at % 251;
    } else if (sscanf(text, "SERVICE %ld", &number) == 1) {
        session->has_reply = 0;
        struct asking *asking = malloc(sizeof *asking);
        *asking = (struct asking){session, vi, number};
        pthread_t thread;
        pthread_create(&thread, NULL, ask_for_service, asking);
        pthread_detach(thread);
    } else if (strcmp(text, "LOG?") == 0) {
        session->reply = realloc(session->reply, sizeof session->log);
        strcpy(session->reply, session->log);
        session->reply_length = strlen(session->log);
    }
}

/* Takes at most 100,000 bytes at a time. */
int32_t viWrite(uint32_t vi, const unsigned char *bytes, uint32_t count, uint32_t *written) {
    struct session *session = find(vi);
    if (session == NULL) return ERROR_INV_OBJECT;
    if (session->is_lost) return ERROR_CONN_LOST;
    if (session->is_mute) {
        usleep(session->timeout_ms * 1000);
        return ERROR_TMO;
    }
    uint32_t taken = count < 100000 ? count : 100000;
    session->message = realloc(session->message, session->message_length + taken + 1);
    memcpy(session->message + session->message_length, bytes, taken);
    session->message_length += taken;
    *written = taken;
    if (taken == count && session->sends_end) obey(vi, session);
    return SUCCESS;
}

int32_t viRead(uint32_t vi, unsigned char *bytes, uint32_t count, uint32_t *read) {
    struct session *session = find(vi);
    *read = 0;
    if (session == NULL) return ERROR_INV_OBJECT;
    while (session->hangs && !is_released) usleep(1000);
    double until = now() + session->timeout_ms / 1000.0;
    for (;;) {
        if (session->is_lost) return ERROR_CONN_LOST;
        int is_ready = session->has_reply && now() >= session->ready_at;
        size_t left = is_ready ? session->reply_length - session->reply_at : 0;
        if (is_ready && (left > 0 || session->reply_ends)) {
            size_t taken = left < count ? left : count;
            int stopped = 0;
            if (session->stops_at_char) {
                char *stop = memchr(session->reply + session->reply_at, session->stop_char, taken);
                if (stop != NULL) {
                    taken = stop - (session->reply + session->reply_at) + 1;
                    stopped = 1;
                }
            }
            memcpy(bytes, session->reply + session->reply_at, taken);
            session->reply_at += taken;
            *read = taken;
            bytes_read += taken;
            if (session->reply_at == session->reply_length && session->reply_ends) {
                session->has_reply = 0;
                return SUCCESS;
            }
            if (stopped) return SUCCESS_TERM_CHAR;
            if (taken == count) return SUCCESS_MAX_CNT;
            while (now() < until) usleep(1000);
            return ERROR_TMO;
        }
        if (now() >= until) return ERROR_TMO;
        usleep(1000);
    }
}

int32_t viClear(uint32_t vi) {
    struct session *session = find(vi);
    if (session == NULL) return ERROR_INV_OBJECT;
    note(session, "clear");
    session->has_reply = 0;
    session->message_length = 0;
    return SUCCESS;
}

int32_t viAssertTrigger(uint32_t vi, uint16_t protocol) {
    if (find(vi) == NULL) return ERROR_INV_OBJECT;
    note(find(vi), protocol == 0 ? "trigger" : "trigger?");
    return SUCCESS;
}

int32_t viReadSTB(uint32_t vi, uint16_t *status) {
    if (find(vi) == NULL) return ERROR_INV_OBJECT;
    *status = 0x42;
    return SUCCESS;
}

int32_t viGpibControlREN(uint32_t vi, uint16_t mode) {
    char text[16];
    if (find(vi) == NULL) return ERROR_INV_OBJECT;
    snprintf(text, sizeof text, "ren %d", mode);
    note(find(vi), text);
    return mode == 6 ? ERROR_NSUP_OPER : SUCCESS;
}

int32_t viInstallHandler(uint32_t vi, uint32_t type, handler_type handler, void *handle) {
    if (find(vi) == NULL || type != EVENT_SERVICE_REQ) return ERROR_INV_OBJECT;
    sessions[vi].handler = handler;
    sessions[vi].handle = handle;
    return SUCCESS;
}

int32_t viUninstallHandler(uint32_t vi, uint32_t type, handler_type handler, void *handle) {
    (void)type, (void)handler, (void)handle;
    if (find(vi) == NULL) return ERROR_INV_OBJECT;
    sessions[vi].handler = NULL;
    return SUCCESS;
}

int32_t viEnableEvent(uint32_t vi, uint32_t type, uint16_t mechanism, uint32_t filter) {
    (void)filter;
    if (find(vi) == NULL || type != EVENT_SERVICE_REQ || mechanism != 2) return ERROR_NSUP_OPER;
    sessions[vi].is_enabled = 1;
    return SUCCESS;
}

int32_t viDisableEvent(uint32_t vi, uint32_t type, uint16_t mechanism) {
    (void)type, (void)mechanism;
    if (find(vi) == NULL) return ERROR_INV_OBJECT;
    sessions[vi].is_enabled = 0;
    return SUCCESS;
}

int32_t viStatusDesc(uint32_t vi, int32_t status, char *text) {
    (void)vi;
    sprintf(text, "small VISA says %08X", (uint32_t)status);
    return SUCCESS;
}

static const char *names[] = {"GPIB0::7::INSTR", "GPIB0::8::INSTR", "GPIB0::9::INSTR"};

int32_t viFindRsrc(uint32_t rm, const char *what, uint32_t *list, uint32_t *count, char *name) {
    if (find(rm) == NULL) return ERROR_INV_OBJECT;
    if (strcmp(what, "?*INSTR") != 0) return ERROR_RSRC_NFOUND;
    *list = make();
    sessions[*list].manager = rm;
    *count = 3;
    strcpy(name, names[0]);
    return SUCCESS;
}

int32_t viFindNext(uint32_t list, char *name) {
    struct session *session = find(list);
    if (session == NULL) return ERROR_INV_OBJECT;
    session->reply_at += 1;
    if (session->reply_at > 2) return ERROR_RSRC_NFOUND;
    strcpy(name, names[session->reply_at]);
    return SUCCESS;
}
