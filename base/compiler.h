/*
 * The only place where the compiler's extensions are named.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))

/* A part of whoever calls it, where a call would show in what a run costs. */
#define INLINE static inline __attribute__((always_inline))
/* So rare that its callers are laid out, and others inlined, as if it was not there. */
#define RARE __attribute__((cold, noinline))

/* 1 when built with AddressSanitizer, which reserves terabytes of address space:
 * limits on that space cannot be set then. */
#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#else
#define ADDRESS_SANITIZER 0
#endif
#else
#define ADDRESS_SANITIZER 0
#endif

/* 128-bit integers hold time-weighted sums: bytes x nanoseconds of a fleet's
 * year do not fit into 64 bits. gcc and clang have them on every 64-bit target. */
__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

/* What this processor and its kernel let a program use; built for another one: nothing. */
#if defined(__x86_64__)
#define cpu_has_avx2() ((_Bool)__builtin_cpu_supports("avx2"))
#define cpu_has_avx512f() ((_Bool)__builtin_cpu_supports("avx512f"))
#else
#define cpu_has_avx2() ((_Bool)0)
#define cpu_has_avx512f() ((_Bool)0)
#endif

/* A pair of registers stored past the caches, and stores before that seen by all: what
 * ARM's C has no name for. */
#if defined(__aarch64__)
#define store_pair_non_temporal(p, low, high)                                                      \
	__asm__ volatile("stnp %q1, %q2, [%0]" : : "r"(p), "w"(low), "w"(high) : "memory")
#define store_barrier() __asm__ volatile("dmb ishst" : : : "memory")
#endif

/* The pointer, which the compiler may take to be a multiple of `bytes`. */
#define aligned_to(bytes, p) __builtin_assume_aligned(p, bytes)

/* Index of the lowest set bit; `x` must not be 0. */
static inline unsigned lowest_bit(unsigned long long x)
{
	return (unsigned)__builtin_ctzll(x);
}

/* Index of the highest set bit; `x` must not be 0. */
static inline unsigned highest_bit(unsigned long long x)
{
	return 63 - (unsigned)__builtin_clzll(x);
}

static inline unsigned count_bits(unsigned long long x)
{
	return (unsigned)__builtin_popcountll(x);
}

/* Said where a piece of memory is looked at soon and is likely not in any cache: its line
 * is fetched meanwhile. Any address will do. */
static inline void fetch_line(const void *p)
{
	__builtin_prefetch(p);
}

static inline void fetch_lines(const void *p, unsigned long bytes)
{
	for (unsigned long at = 0; at < bytes; at += 64)
		fetch_line((const char *)p + at);
}

#endif
