package dev.balsa.node.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** Redis' log levels on ours. Thread-safe: the logging backend is. */
public final class LogLevels {
    private LogLevels() {}

    /** @param level debug, verbose, notice, warning or nothing */
    public static void set(String level) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (factory instanceof LoggerContext context) {
            context.getLogger("dev.balsa").setLevel(switch (level) {
                case "debug" -> Level.TRACE;
                case "verbose" -> Level.DEBUG;
                case "warning" -> Level.WARN;
                case "nothing" -> Level.OFF;
                default -> Level.INFO;
            });
            context.getLogger("com.alipay").setLevel(level.equals("debug") ? Level.INFO : Level.WARN);
        }
    }
}
