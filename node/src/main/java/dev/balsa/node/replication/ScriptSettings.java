package dev.balsa.node.replication;

import dev.balsa.node.engine.ScriptLimits;

/** What scripts ask of their surroundings. Thread-safe. */
public interface ScriptSettings {
    /** What this node's configuration says scripts may use. */
    default ScriptLimits scriptLimits() {
        return ScriptLimits.DEFAULT;
    }

    /** Where messages go that scripts publish. */
    default MessageSink messages() {
        return MessageSink.NONE;
    }
}
