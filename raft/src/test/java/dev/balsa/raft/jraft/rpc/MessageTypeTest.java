package dev.balsa.raft.jraft.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class MessageTypeTest {
    private static final ByteString DATA = ByteString.copyFrom(new byte[] {1, 2, 3, 4});

    private static ByteBuf serialized(Message message) {
        ByteBuf bytes = Unpooled.directBuffer(1000);
        bytes.writeInt(0);
        MessageType.serialize(message, bytes, message.getSerializedSize());
        return bytes.skipBytes(4);
    }

    @Test
    void entries_own_their_bytes() throws Exception {
        ByteBuf bytes = serialized(RpcPair.append(1, DATA));
        var request = (AppendEntriesRequest) MessageType.APPEND_ENTRIES.parse(bytes, bytes.readableBytes());
        assertThat(request).isEqualTo(RpcPair.append(1, DATA));
        bytes.setZero(0, bytes.writerIndex());
        assertThat(request).isEqualTo(RpcPair.append(1, DATA));
    }

    @Test
    void other_messages_own_their_bytes() throws Exception {
        ByteBuf bytes = serialized(GetFileResponse.newBuilder().setEof(true).setData(DATA).build());
        var piece = (GetFileResponse) MessageType.GET_FILE_RESPONSE.parse(bytes, bytes.readableBytes());
        bytes.setZero(0, bytes.writerIndex());
        assertThat(piece.getData()).isEqualTo(DATA);
    }

    @Test
    void numbers_and_classes_find_their_type() {
        for (MessageType type : MessageType.values()) {
            assertThat(MessageType.ofCode(type.code())).isSameAs(type);
        }
        assertThat(MessageType.ofCode(0)).isNull();
        assertThat(MessageType.ofCode(65_535)).isNull();
        assertThat(MessageType.of(RpcPair.reply(1))).isSameAs(MessageType.APPEND_ENTRIES_RESPONSE);
        assertThat(MessageType.ofClassName(AppendEntriesRequest.class.getName())).isSameAs(MessageType.APPEND_ENTRIES);
    }
}
