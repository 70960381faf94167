package dev.balsa.raft.jraft.rpc;

import com.alipay.sofa.jraft.rpc.CliRequests;
import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's messages: their numbers on the wire, and on which thread each is handled. Immutable. Numbers are never
 * reused.
 *
 * <p><b>Why on the loop.</b> A follower's AppendEntries (which is also the heartbeat) takes NodeImpl's write lock,
 * checks terms in memory, copies the entries out and publishes one event to the log's ring; it does not wait for the
 * disk, the reply comes later from the log's thread. It asks beforehand whether the ring has room and answers busy if
 * not, so it does not wait there either, unless other producers fill the ring in between; a follower has none. It
 * does wait where another thread holds the lock, and that one may write term and vote to disk: only around elections.
 * ReadIndex reads memory and sends heartbeats. The reply to an AppendEntries moves the commit index (one event to the
 * state machine's ring) and sends the next entries, which normally are in memory; for a follower far behind they are
 * read from the log's files, at most maxBodySize a time. That is the price for two hand-overs less on each entry.
 *
 * <p>So a loop that serves Raft must not be one that the state machine's thread waits for: a full state machine ring
 * blocks the loop until that thread goes on.
 *
 * <p><b>Why not.</b> A vote waits until the log has been flushed and then writes term and vote to disk, with replies
 * doing the same on the candidate; TimeoutNow starts an election; InstallSnapshot blocks until the snapshot has been
 * copied; GetFile reads a file, and its reply writes one. Their replies go to the executor that JRaft names.
 */
enum MessageType {
    PING(1, RpcRequests.PingRequest.getDefaultInstance(), Lane.LOOP, false),
    ERROR_RESPONSE(2, RpcRequests.ErrorResponse.getDefaultInstance(), Lane.CONTROL, false),
    APPEND_ENTRIES(3, RpcRequests.AppendEntriesRequest.getDefaultInstance(), Lane.LOOP, true),
    APPEND_ENTRIES_RESPONSE(4, RpcRequests.AppendEntriesResponse.getDefaultInstance(), Lane.CONTROL, false),
    REQUEST_VOTE(5, RpcRequests.RequestVoteRequest.getDefaultInstance(), Lane.CONTROL, false),
    REQUEST_VOTE_RESPONSE(6, RpcRequests.RequestVoteResponse.getDefaultInstance(), Lane.CONTROL, false),
    READ_INDEX(7, RpcRequests.ReadIndexRequest.getDefaultInstance(), Lane.LOOP, true),
    READ_INDEX_RESPONSE(8, RpcRequests.ReadIndexResponse.getDefaultInstance(), Lane.CONTROL, false),
    TIMEOUT_NOW(9, RpcRequests.TimeoutNowRequest.getDefaultInstance(), Lane.CONTROL, false),
    TIMEOUT_NOW_RESPONSE(10, RpcRequests.TimeoutNowResponse.getDefaultInstance(), Lane.CONTROL, false),
    INSTALL_SNAPSHOT(11, RpcRequests.InstallSnapshotRequest.getDefaultInstance(), Lane.INSTALL, false),
    INSTALL_SNAPSHOT_RESPONSE(12, RpcRequests.InstallSnapshotResponse.getDefaultInstance(), Lane.CONTROL, false),
    GET_FILE(13, RpcRequests.GetFileRequest.getDefaultInstance(), Lane.FILES, false),
    GET_FILE_RESPONSE(14, RpcRequests.GetFileResponse.getDefaultInstance(), Lane.CONTROL, false),

    ADD_PEER(32, CliRequests.AddPeerRequest.getDefaultInstance(), Lane.CONTROL, false),
    ADD_PEER_RESPONSE(33, CliRequests.AddPeerResponse.getDefaultInstance(), Lane.CONTROL, false),
    REMOVE_PEER(34, CliRequests.RemovePeerRequest.getDefaultInstance(), Lane.CONTROL, false),
    REMOVE_PEER_RESPONSE(35, CliRequests.RemovePeerResponse.getDefaultInstance(), Lane.CONTROL, false),
    CHANGE_PEERS(36, CliRequests.ChangePeersRequest.getDefaultInstance(), Lane.CONTROL, false),
    CHANGE_PEERS_RESPONSE(37, CliRequests.ChangePeersResponse.getDefaultInstance(), Lane.CONTROL, false),
    SNAPSHOT(38, CliRequests.SnapshotRequest.getDefaultInstance(), Lane.CONTROL, false),
    RESET_PEER(39, CliRequests.ResetPeerRequest.getDefaultInstance(), Lane.CONTROL, false),
    TRANSFER_LEADER(40, CliRequests.TransferLeaderRequest.getDefaultInstance(), Lane.CONTROL, false),
    GET_LEADER(41, CliRequests.GetLeaderRequest.getDefaultInstance(), Lane.CONTROL, false),
    GET_LEADER_RESPONSE(42, CliRequests.GetLeaderResponse.getDefaultInstance(), Lane.CONTROL, false),
    GET_PEERS(43, CliRequests.GetPeersRequest.getDefaultInstance(), Lane.CONTROL, false),
    GET_PEERS_RESPONSE(44, CliRequests.GetPeersResponse.getDefaultInstance(), Lane.CONTROL, false),
    ADD_LEARNERS(45, CliRequests.AddLearnersRequest.getDefaultInstance(), Lane.CONTROL, false),
    REMOVE_LEARNERS(46, CliRequests.RemoveLearnersRequest.getDefaultInstance(), Lane.CONTROL, false),
    RESET_LEARNERS(47, CliRequests.ResetLearnersRequest.getDefaultInstance(), Lane.CONTROL, false),
    LEARNERS_OP_RESPONSE(48, CliRequests.LearnersOpResponse.getDefaultInstance(), Lane.CONTROL, false);

    /** Where a request is handled. */
    enum Lane {
        /** On the event loop that read it: must not block. */
        LOOP,
        /** Elections and administration: may wait for the disk. */
        CONTROL,
        /** Installation of a snapshot: blocks a thread for as long as the copy takes. */
        INSTALL,
        /** Pieces of snapshot files. */
        FILES
    }

    private static final @Nullable MessageType[] BY_CODE = new MessageType[64];
    private static final Map<Class<?>, MessageType> BY_CLASS = new HashMap<>();
    private static final Map<String, MessageType> BY_CLASS_NAME = new HashMap<>();

    static {
        for (MessageType type : values()) {
            if (BY_CODE[type.code] != null) {
                throw new IllegalStateException("two messages with number " + type.code);
            }
            BY_CODE[type.code] = type;
            BY_CLASS.put(type.messageClass, type);
            BY_CLASS_NAME.put(type.messageClass.getName(), type);
        }
    }

    private final int code;
    private final Class<?> messageClass;
    private final Parser<? extends Message> parser;
    private final Lane lane;
    private final boolean repliesOnLoop;

    MessageType(int code, Message instance, Lane lane, boolean repliesOnLoop) {
        this.code = code;
        this.messageClass = instance.getClass();
        this.parser = instance.getParserForType();
        this.lane = lane;
        this.repliesOnLoop = repliesOnLoop;
    }

    int code() {
        return code;
    }

    Lane lane() {
        return lane;
    }

    /**
     * Whether the callback of such a request runs on the loop that reads the reply, instead of the executor it names.
     */
    boolean repliesOnLoop() {
        return repliesOnLoop;
    }

    static @Nullable MessageType ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** @return null if this is not a message of JRaft's RPC */
    static @Nullable MessageType of(Object message) {
        return BY_CLASS.get(message.getClass());
    }

    static @Nullable MessageType ofClassName(String className) {
        return BY_CLASS_NAME.get(className);
    }

    /**
     * Parses the next {@code length} bytes of a buffer; the message does not depend on the buffer afterwards.
     *
     * <p>Protobuf reads direct memory by way of one array on the heap. The data of an AppendEntries, which may be
     * long, is a view of that array instead of a second copy; JRaft then copies each entry out into an array that the
     * log keeps.
     */
    Message parse(ByteBuf in, int length) throws InvalidProtocolBufferException {
        ByteBuffer bytes = in.nioBuffer(in.readerIndex(), length);
        if (this != APPEND_ENTRIES) {
            return parser.parseFrom(bytes);
        }
        CodedInputStream view = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
        view.enableAliasing(true);
        return parser.parseFrom(view);
    }

    /** Appends a message of a known size to a buffer that has room for it. */
    static void serialize(Message message, ByteBuf out, int size) {
        int start = out.writerIndex();
        CodedOutputStream stream = CodedOutputStream.newInstance(out.internalNioBuffer(start, size));
        try {
            message.writeTo(stream);
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stream.checkNoSpaceLeft();
        out.writerIndex(start + size);
    }
}
