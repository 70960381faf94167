package dev.balsa.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.proxy.front.RespServer;
import dev.balsa.proxy.transport.IoTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that are told {@code no}, {@code optional} or {@code yes}: do they speak to each other, and how? */
@Timeout(60)
class TlsLinksTest {
    private static final String REFUSED = "refused";

    @TempDir
    private Path files;

    private final EventLoopGroup loops = RespServer.newLoops(1);
    private final Tls tls = new Tls();
    private @Nullable Channel server;

    @BeforeEach
    void readFiles() throws IOException {
        CertificateAuthority authority = new CertificateAuthority("ca", Duration.ofDays(1));
        Files.writeString(files.resolve("ca.crt"), authority.certificate());
        authority.issue(files, "node", List.of());
        tls.use(TlsConfig.of(file("node.crt"), file("node.key"), file("ca.crt")), true);
    }

    @AfterEach
    void close() {
        tls.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private String file(String name) {
        return files.resolve(name).toString();
    }

    /** Answers each word with how it came: {@code clear} or {@code tls}. */
    private int listen(String mode, int port) {
        TlsLinks links = TlsLinks.of(mode, tls);
        if (server != null) {
            server.close().awaitUninterruptibly();
        }
        server = new ServerBootstrap().group(loops).channel(IoTransport.of(loops).listening())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (links != null) {
                            channel.pipeline().addLast(links.accepting(Tls.Port.REPLICAS).handler(channel));
                        }
                        channel.pipeline().addLast(new Answering());
                    }
                }).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)).awaitUninterruptibly().channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private static final class Answering extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            boolean known = bytes.toString(StandardCharsets.US_ASCII).startsWith("hello");
            bytes.release();
            if (!known) {
                // As a port does that understands nothing of it.
                var _ = ctx.close();
                return;
            }
            String how = ctx.pipeline().get(SslHandler.class) == null ? "clear" : "tls";
            var _ = ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(how.getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }

    /** One attempt of a process whose links are these: how it was spoken to, or that it was refused. */
    private String attempt(@Nullable TlsLinks links, int port) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        new Bootstrap().group(loops).channel(IoTransport.of(loops).connected()).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                if (links != null) {
                    channel.pipeline().addLast(links.connect(channel));
                }
                channel.pipeline().addLast(new Asking(answer));
            }
        }).connect(InetAddress.getLoopbackAddress(), port).sync();
        return answer.get(20, TimeUnit.SECONDS);
    }

    private static final class Asking extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<String> answer;

        Asking(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            var _ = ctx.writeAndFlush(ctx.alloc().buffer().writeBytes("hello".getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            String text = bytes.toString(StandardCharsets.US_ASCII);
            bytes.release();
            answer.complete(text.equals("clear") || text.equals("tls") ? text : REFUSED);
            var _ = ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            answer.complete(REFUSED);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            var _ = ctx.close();
        }
    }

    @Test
    void whoever_is_optional_speaks_to_all_and_no_and_yes_never_to_each_other() throws Exception {
        int port = listen("no", 0);
        assertThat(attempt(null, port)).isEqualTo("clear");
        assertThat(attempt(TlsLinks.of("optional", tls), port)).isEqualTo("clear");
        assertThat(attempt(TlsLinks.of("yes", tls), port)).isEqualTo(REFUSED);
        port = listen("optional", 0);
        assertThat(attempt(null, port)).isEqualTo("clear");
        assertThat(attempt(TlsLinks.of("optional", tls), port)).isEqualTo("clear");
        assertThat(attempt(TlsLinks.of("yes", tls), port)).isEqualTo("tls");
        port = listen("yes", 0);
        assertThat(attempt(null, port)).isEqualTo(REFUSED);
        TlsLinks optional = TlsLinks.of("optional", tls);
        assertThat(attempt(optional, port)).isEqualTo(REFUSED);
        assertThat(attempt(optional, port)).isEqualTo("tls");
        assertThat(attempt(optional, port)).isEqualTo("tls");
        assertThat(attempt(TlsLinks.of("yes", tls), port)).isEqualTo("tls");
    }

    @Test
    void one_attempt_is_lost_when_the_other_side_is_restarted_with_another_mind() throws Exception {
        TlsLinks links = TlsLinks.of("optional", tls);
        int port = listen("no", 0);
        assertThat(attempt(links, port)).isEqualTo("clear");
        listen("yes", port);
        assertThat(attempt(links, port)).isEqualTo(REFUSED);
        assertThat(attempt(links, port)).isEqualTo("tls");
        listen("optional", port);
        assertThat(attempt(links, port)).isEqualTo("tls");
        listen("no", port);
        assertThat(attempt(links, port)).isEqualTo(REFUSED);
        assertThat(attempt(links, port)).isEqualTo("clear");
    }

    @Test
    void a_certificate_of_another_authority_is_refused_where_tls_is_optional() throws Exception {
        Path others = Files.createDirectory(files.resolve("others"));
        CertificateAuthority other = new CertificateAuthority("ca", Duration.ofDays(1));
        other.issue(others, "node", List.of());
        try (Tls stranger = new Tls()) {
            stranger.use(TlsConfig.of(others.resolve("node.crt").toString(), others.resolve("node.key").toString(),
                    file("ca.crt")), true);
            assertThat(attempt(TlsLinks.of("yes", stranger), listen("optional", 0))).isEqualTo(REFUSED);
        }
    }
}
