/// What `import Glibc` hides: network namespaces, netlink's structures and numbers, the ethtool ioctl.
///
/// Every function returns a non-negative result, or the negative errno. None of them leaves the calling thread in another
/// network namespace: what must happen elsewhere happens on a thread of its own, which dies there.
#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>
#include <linux/ethtool.h>
#include <linux/fib_rules.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

/// Runs `body(context)` on a new thread inside the network namespace behind `netns`, waits for its end and returns its result.
/// No signal is delivered to that thread. `body` must not outlive its call in any way.
int clinux_in_namespace(int netns, int (*_Nonnull body)(void *_Nullable context), void *_Nullable context);

/// A descriptor of a new, empty network namespace. The namespace lasts as long as the descriptor, or whatever else enters it.
int clinux_new_namespace(void);

/// A bound netlink socket that belongs for ever to the network namespace behind `netns`, or to the caller's where it is negative.
/// Extended acknowledgements, capped acknowledgements and strict checks of dump requests are on.
int clinux_netlink_socket(int netns, int protocol);

/// The same for NETLINK_ROUTE, told of what changes too: `groups` is a sum of RTMGRP_… . -ENOBUFS when receiving says that some was lost.
int clinux_netlink_subscribe(int netns, uint32_t groups);

/// The port id that the kernel gave to a netlink socket, never zero.
int64_t clinux_netlink_port(int socket);

/// Receives one datagram without waiting. `*sender` becomes the sender's port id: 0 is the kernel.
/// The result is the datagram's full length, more than `capacity` where it was cut.
int64_t clinux_netlink_receive(int socket, void *_Nonnull buffer, uint64_t capacity, uint32_t *_Nonnull sender);

/// Turns the transmit checksum offload of an interface on or off (ETHTOOL_STXCSUM), in the namespace of `socket`.
int clinux_set_tx_checksum(int socket, const char *_Nonnull interface, int on);

/// Whether the transmit checksum offload of an interface is on: 1 or 0 (ETHTOOL_GTXCSUM).
int clinux_get_tx_checksum(int socket, const char *_Nonnull interface);

/// Adds an IPv6 route that counts as taken from a router's advertisement, in the caller's namespace (SIOCADDRT): the kernel refreshes it
/// by the next one. Netlink has no word for that. `flags` are those of /proc/net/ipv6_route; it ends after `seconds`. -EEXIST where it is.
int clinux_add_advertised_route(const uint8_t *_Nonnull destination, int length, const uint8_t *_Nonnull gateway, int link,
                                uint32_t metric, uint32_t flags, uint32_t seconds);

/// Sends an Ethernet frame out of an interface of the caller's namespace, past its stack. -ENETDOWN where it is down.
int clinux_send_frame(int link, const uint8_t *_Nonnull frame, uint64_t length);

/// Loads instructions of bpf(2) as a program for XDP. The result is its descriptor, closed on exec; a link that has the program keeps it.
int clinux_load_xdp(const uint64_t *_Nonnull instructions, uint32_t count);

/// pidfd_open(2): a descriptor that means this process and no later one of the same number.
int clinux_pidfd_open(int pid);

/// Raises the number of descriptors that the process may have open to what it may be raised to (RLIMIT_NOFILE), and returns it.
int64_t clinux_raise_descriptor_limit(void);

/// Exchanges two files or folders in one step (renameat2(2), RENAME_EXCHANGE). 0, or -errno.
int clinux_exchange(const char *_Nonnull one, const char *_Nonnull other);

/// A file of memory alone, which goes with its last descriptor. The result is the descriptor, -errno where there is none.
int clinux_memory_file(const char *_Nonnull name);

/// Starts a program, in a session of its own, with `input` as its stdin, or /dev/null where that is negative, with `output` as its
/// stdout and stderr, and nothing else of ours open.
/// When the calling *thread* ends, which it must not before the program does, the kernel sends the program `death_signal`.
/// The result is the process id; the program runs. -ENOENT, -EACCES and so on where it cannot be run.
int clinux_spawn(const char *_Nonnull path, char *const _Nullable *_Nonnull arguments,
                 char *const _Nullable *_Nonnull environment, int input, int output, int death_signal);

#endif
