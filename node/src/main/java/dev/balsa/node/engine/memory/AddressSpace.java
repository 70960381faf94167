package dev.balsa.node.engine.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/*
 * The problem: a store wants one flat memory in which a 32-bit number is an address, it does not know how large that
 * memory
 * will become, and it wants to hand pages back to the system.
 *
 * java.lang.foreign's own allocation fills with zeros and cannot grow; an array of segments costs a look-up per
 * access. So the whole
 * range is reserved once by mmap(PRIVATE | ANONYMOUS | NORESERVE): that takes address space and no memory. A page
 * becomes memory when it
 * is first written and stops being memory with madvise(DONTNEED).
 *
 *     reserve   one mmap                  0 bytes resident
 *     write     the system's page fault   4 KiB resident each
 *     expect    two madvise in 32 MiB     2 MiB resident at a time, while new memory is taken
 *     giveBack  one madvise, 1-5 µs       resident bytes fall
 *     close     munmap; later accesses throw instead of crashing, because the segment belongs to a shared
 *     java.lang.foreign.Arena
 *
 * Source: mmap(2), madvise(2).
 */

/**
 * A reserved range of addresses, memory only where it was written. Owned by the engine thread; a snapshot's thread
 * may read the segment.
 */
public final class AddressSpace implements AutoCloseable {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE = 2;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_NOHUGEPAGE = 15;

    /** So much ahead is prepared at a time; a multiple of the huge page's 2 MiB. */
    private static final long HUGE_WINDOW_BYTES = 32L << 20;

    private static final Linker LINKER = Linker.nativeLinker();

    // glibc and musl export __errno_location, macOS does not; the flags' numbers differ between the two families.
    private static final boolean LINUX = LINKER.defaultLookup().find("__errno_location").isPresent();
    private static final int MAP_ANONYMOUS = LINUX ? 0x20 : 0x1000;
    private static final int MAP_NORESERVE = LINUX ? 0x4000 : 0x40;

    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle MMAP = function(
            "mmap",
            FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
            CAPTURE_ERRNO);
    private static final MethodHandle MUNMAP = function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle MADVISE =
            function("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private final Arena lifetime;
    private final MemorySegment segment;
    private long hugeEnd;

    private AddressSpace(Arena lifetime, MemorySegment segment) {
        this.lifetime = lifetime;
        this.segment = segment;
    }

    /** Reserves {@code bytes} of address space. Throws {@link AddressSpaceException} when the system refuses. */
    @SuppressWarnings("MustBeClosedChecker") // close() is this class's own
    public static AddressSpace reserve(long bytes) {
        Arena lifetime = Arena.ofShared();
        try {
            MemorySegment base = map(bytes);
            return new AddressSpace(lifetime, base.reinterpret(bytes, lifetime, whole -> unmap(whole, bytes)));
        } catch (Throwable refused) {
            lifetime.close();
            throw refused;
        }
    }

    /** The whole range; offsets count from 0. Fresh memory is zero. */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * What lies below {@code end} is about to be written for the first time, in rising order. Asks the system for huge
     * pages there: a look-up of a key misses the TLB otherwise, which costs two walks on a virtual machine (measured: a
     * GET with a pipeline takes a fifth less CPU). Only a window of 32 MiB is marked at any time: where pages have been
     * given back behind it, the system must not fill them again to make a huge page.
     */
    public void expect(long end) {
        if (!LINUX || end <= hugeEnd) {
            return;
        }
        long from = hugeEnd;
        hugeEnd = Math.min(segment.byteSize(), (end / HUGE_WINDOW_BYTES + 1) * HUGE_WINDOW_BYTES);
        if (from > 0) {
            advise(0, from, MADV_NOHUGEPAGE);
        }
        // A system without huge pages says no to both, and nothing is lost.
        advise(from, hugeEnd - from, MADV_HUGEPAGE);
    }

    private int advise(long offset, long bytes, int advice) {
        try {
            return (int) MADVISE.invokeExact(segment.address() + offset, bytes, advice);
        } catch (Throwable e) {
            throw new AddressSpaceException("madvise cannot be called: " + e);
        }
    }

    /**
     * Gives the memory behind a range back; it reads as zero (Linux) afterwards. Offset and length are multiples of
     * the system's page.
     */
    public void giveBack(long offset, long bytes) {
        if (advise(offset, bytes, MADV_DONTNEED) != 0) {
            throw new AddressSpaceException("madvise refused to give back " + bytes + " bytes at offset " + offset);
        }
    }

    /** Unmaps the range. Any access afterwards, also by another thread, throws IllegalStateException. */
    @Override
    public void close() {
        lifetime.close();
    }

    private static MemorySegment map(long bytes) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment state = scratch.allocate(Linker.Option.captureStateLayout());
            MemorySegment base = (MemorySegment) MMAP.invokeExact(
                    state, 0L, bytes, PROT_READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
            if (base.address() == -1L) {
                throw new AddressSpaceException("The system refused to reserve " + bytes + " bytes of address space"
                        + " (mmap, errno " + (int) ERRNO.get(state, 0L) + "). Reserving takes no memory,"
                        + " so look for a limit: `ulimit -v`, or vm.overcommit_memory=2."
                        + " Or configure a smaller range.");
            }
            return base;
        } catch (AddressSpaceException e) {
            throw e;
        } catch (Throwable e) {
            throw new AddressSpaceException("mmap cannot be called: " + e);
        }
    }

    private static void unmap(MemorySegment whole, long bytes) {
        try {
            int ignored = (int) MUNMAP.invokeExact(whole, bytes);
        } catch (Throwable e) {
            throw new AddressSpaceException("munmap cannot be called: " + e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new AddressSpaceException("The C library has no " + name)),
                descriptor,
                options);
    }
}
