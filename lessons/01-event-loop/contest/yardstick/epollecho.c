// An echo server as bare as epoll allows: one thread, level-triggered, one buffer that all
// reads share. What a socket does not take is kept for its client, and a client for whom
// something is kept is not read from. It drains nothing and reports nothing, so it is no
// model of a server. It is the yardstick: what the kernel asks for, with nothing on top.
//
//	cc -O2 -o epollecho epollecho.c && ./epollecho 9000
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct conn {
	int fd;
	size_t sent, size; // of kept
	char *kept;        // read from the client and not yet taken by its socket, or NULL
};

static int poller;
static char buffer[64 << 10];

// want says which readiness we are told of next time. The pointer comes back with it.
static int want(int operation, int fd, uint32_t events, struct conn *conn) {
	struct epoll_event event = {.events = events, .data.ptr = conn};
	return epoll_ctl(poller, operation, fd, &event);
}

static void finish(struct conn *conn) {
	close(conn->fd); // which takes it out of epoll, too: nobody has a duplicate
	free(conn->kept);
	free(conn);
}

// temporary tells an error that concerns this call from one that ends the connection.
static int temporary(void) { return errno == EAGAIN || errno == EINTR; }

static void flush(struct conn *conn) {
	ssize_t n = send(conn->fd, conn->kept + conn->sent, conn->size - conn->sent, MSG_NOSIGNAL);
	if (n < 0) {
		if (!temporary())
			finish(conn);
		return;
	}
	conn->sent += n;
	if (conn->sent == conn->size) {
		free(conn->kept);
		conn->kept = NULL;
		want(EPOLL_CTL_MOD, conn->fd, EPOLLIN, conn);
	}
}

static void echo(struct conn *conn) {
	ssize_t n = recv(conn->fd, buffer, sizeof buffer, 0);
	if (n < 0 && temporary())
		return;
	if (n <= 0) {
		finish(conn);
		return;
	}
	ssize_t sent = send(conn->fd, buffer, n, MSG_NOSIGNAL);
	if (sent == n)
		return;
	if (sent < 0 && !temporary()) {
		finish(conn);
		return;
	}
	if (sent < 0)
		sent = 0;
	conn->sent = 0;
	conn->size = n - sent;
	conn->kept = malloc(conn->size);
	if (conn->kept == NULL) {
		finish(conn);
		return;
	}
	memcpy(conn->kept, buffer + sent, conn->size);
	want(EPOLL_CTL_MOD, conn->fd, EPOLLOUT, conn);
}

// let_in accepts until nobody waits any more, or no descriptor is free.
static void let_in(int listener) {
	for (;;) {
		int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (fd < 0)
			return;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		struct conn *conn = calloc(1, sizeof *conn);
		if (conn == NULL) {
			close(fd);
			return;
		}
		conn->fd = fd;
		if (want(EPOLL_CTL_ADD, fd, EPOLLIN, conn) < 0)
			finish(conn);
	}
}

// listen_on opens 127.0.0.1 at a port. SO_REUSEADDR lets it come back at once (lesson 02).
static int listen_on(int port) {
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv) {
	if (argc != 2) {
		fprintf(stderr, "usage: epollecho PORT\n");
		return 2;
	}
	struct rlimit limit; // as Go does it: up to what is allowed
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	int listener = listen_on(atoi(argv[1]));
	if (listener < 0) {
		perror("listen");
		return 1;
	}
	poller = epoll_create1(0);
	if (poller < 0 || want(EPOLL_CTL_ADD, listener, EPOLLIN, NULL) < 0) {
		perror("epoll");
		return 1;
	}
	for (;;) {
		struct epoll_event events[1024];
		int n = epoll_wait(poller, events, 1024, -1);
		for (int i = 0; i < n; i++) {
			struct conn *conn = events[i].data.ptr;
			if (conn == NULL)
				let_in(listener);
			else if (conn->kept != NULL)
				flush(conn);
			else
				echo(conn);
		}
	}
}
