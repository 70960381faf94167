package dev.balsa.proxy.transport;

import dev.balsa.proxy.ConfigFile.ConfigException;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How event loops ask the system for what happens on sockets ({@code io-transport}). */
public enum IoTransport {
    EPOLL(EpollIoHandler.class, EpollServerSocketChannel.class, EpollSocketChannel.class),
    IO_URING(IoUringIoHandler.class, IoUringServerSocketChannel.class, IoUringSocketChannel.class),
    NIO(NioIoHandler.class, NioServerSocketChannel.class, NioSocketChannel.class);

    /** Values of the setting. */
    public static final List<String> NAMES = List.of("auto", "epoll", "io_uring", "nio");

    private final Class<? extends IoHandler> handler;
    private final Class<? extends ServerChannel> listening;
    private final Class<? extends Channel> connected;

    IoTransport(Class<? extends IoHandler> handler, Class<? extends ServerChannel> listening,
            Class<? extends Channel> connected) {
        this.handler = handler;
        this.listening = listening;
        this.connected = connected;
    }

    /**
     * The one of a name; {@code auto} is epoll where there is Linux, else NIO.
     *
     * @throws ConfigException if this machine does not have it; the message says why
     */
    public static IoTransport named(String name) {
        if (name.equals("auto")) {
            return Epoll.isAvailable() ? EPOLL : NIO;
        }
        IoTransport wanted = valueOf(name.toUpperCase(Locale.ROOT));
        Throwable missing = switch (wanted) {
            case EPOLL -> Epoll.unavailabilityCause();
            case IO_URING -> IoUring.unavailabilityCause();
            case NIO -> null;
        };
        if (missing != null) {
            throw new ConfigException(
                    "io-transport " + name + " is not available here (" + missing.getMessage() + "): use auto");
        }
        return wanted;
    }

    /** What these loops use. */
    public static IoTransport of(EventLoopGroup loops) {
        return Arrays.stream(values())
                .filter(transport -> loops instanceof IoEventLoopGroup io && io.isIoType(transport.handler))
                .findFirst()
                .orElse(NIO);
    }

    /** As in {@link #NAMES}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    public IoHandlerFactory handler() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    public Class<? extends ServerChannel> listening() {
        return listening;
    }

    public Class<? extends Channel> connected() {
        return connected;
    }
}
