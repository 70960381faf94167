package dev.balsa.node.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import dev.balsa.node.config.NodeConfig;
import dev.balsa.node.observe.LogLevels;
import org.slf4j.LoggerFactory;

/** Where the log goes, and how much of it: {@code logfile} and {@code loglevel}. */
final class Logs {
    private Logs() {}

    static void configure(NodeConfig config) {
        LogLevels.set(config.logLevel());
        if (config.logFile().isEmpty()) {
            return;
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>) root.getAppender("console");
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(((PatternLayoutEncoder) console.getEncoder()).getPattern());
        encoder.start();
        FileAppender<ILoggingEvent> file = new FileAppender<>();
        file.setContext(context);
        file.setName("file");
        file.setFile(config.dir().resolve(config.logFile()).toString());
        file.setEncoder(encoder);
        file.start();
        root.addAppender(file);
        root.detachAppender(console);
    }

    /** For tools whose output is for people: nothing but what goes wrong. */
    static void quiet() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .setLevel(Level.ERROR);
    }
}
