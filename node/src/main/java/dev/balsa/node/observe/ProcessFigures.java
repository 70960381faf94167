package dev.balsa.node.observe;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the system says of this process. Immutable.
 *
 * @param residentBytes physical memory, -1 = the system does not say
 * @param userSeconds processor time in the program
 * @param systemSeconds processor time in the kernel on its behalf
 */
record ProcessFigures(long residentBytes, double userSeconds, double systemSeconds, long machineBytes,
        long heapUsedBytes, long heapMaxBytes) {
    private static final long PAGE_BYTES = 4096;
    /** Linux counts processor time for /proc in hundredths of a second, whatever the kernel's own tick. */
    private static final double TICKS_PER_SECOND = 100;

    static ProcessFigures now() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Runtime runtime = Runtime.getRuntime();
        long resident = -1;
        double user = system.getProcessCpuTime() / 1e9;
        double kernel = 0;
        try {
            resident = Long.parseLong(read("/proc/self/statm").split(" ", -1)[1]) * PAGE_BYTES;
            // The process's name, in parentheses, may hold blanks.
            String stat = read("/proc/self/stat");
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            user = Long.parseLong(fields[11]) / TICKS_PER_SECOND;
            kernel = Long.parseLong(fields[12]) / TICKS_PER_SECOND;
        } catch (IOException | RuntimeException e) {
            // Not Linux: what the JVM knows has to do.
        }
        return new ProcessFigures(
                resident, user, kernel, system.getTotalMemorySize(), runtime.totalMemory() - runtime.freeMemory(),
                        runtime.maxMemory());
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    }
}
