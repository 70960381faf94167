package dev.balsa.raft.jraft.segment;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import dev.balsa.raft.segment.LogRecord;
import dev.balsa.raft.segment.MembershipText;
import dev.balsa.raft.segment.RecordType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns records into JRaft's entries and memberships into text and back. Functions. */
final class LogEntries {
    private LogEntries() {}

    static LogEntry entry(LogRecord record) {
        LogEntry entry = new LogEntry(type(record.type()));
        entry.setId(new LogId(record.index(), record.term()));
        if (record.type() == RecordType.CONFIGURATION) {
            setMembers(entry, MembershipText.decode(record.payload()));
        } else if (record.payload().length > 0) {
            entry.setData(ByteBuffer.wrap(record.payload()));
        }
        if (record.hasMark()) {
            entry.setChecksum(record.mark());
        }
        return entry;
    }

    /** As JRaft's configuration table wants it. */
    static ConfigurationEntry configuration(LogRecord record) {
        LogEntry entry = entry(record);
        ConfigurationEntry configuration = new ConfigurationEntry();
        configuration.setId(entry.getId());
        configuration.setConf(new Configuration(entry.getPeers(), entry.getLearners()));
        if (entry.getOldPeers() != null) {
            configuration.setOldConf(new Configuration(entry.getOldPeers(), entry.getOldLearners()));
        }
        return configuration;
    }

    static MembershipText membership(LogEntry entry) {
        return new MembershipText(
                texts(entry.getPeers()),
                texts(entry.getLearners()),
                texts(entry.getOldPeers()),
                texts(entry.getOldLearners()));
    }

    private static EntryType type(RecordType type) {
        return switch (type) {
            case NO_OP -> EntryType.ENTRY_TYPE_NO_OP;
            case DATA -> EntryType.ENTRY_TYPE_DATA;
            case CONFIGURATION -> EntryType.ENTRY_TYPE_CONFIGURATION;
        };
    }

    /** JRaft says null for a list that is not there, and looks at the old peers only. */
    private static void setMembers(LogEntry entry, MembershipText members) {
        if (!members.peers().isEmpty()) {
            entry.setPeers(peers(members.peers()));
        }
        if (!members.learners().isEmpty()) {
            entry.setLearners(peers(members.learners()));
        }
        if (!members.oldPeers().isEmpty()) {
            entry.setOldPeers(peers(members.oldPeers()));
        }
        if (!members.oldLearners().isEmpty()) {
            entry.setOldLearners(peers(members.oldLearners()));
        }
    }

    private static List<String> texts(@Nullable List<PeerId> peers) {
        if (peers == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>(peers.size());
        for (PeerId peer : peers) {
            texts.add(peer.toString());
        }
        return texts;
    }

    private static List<PeerId> peers(List<String> texts) {
        List<PeerId> peers = new ArrayList<>(texts.size());
        for (String text : texts) {
            PeerId peer = new PeerId();
            if (!peer.parse(text)) {
                throw new IllegalArgumentException("not a peer: " + text);
            }
            peers.add(peer);
        }
        return peers;
    }
}
