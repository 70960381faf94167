package dev.balsa.proxy;

import dev.balsa.proto.cluster.ClusterMap;
import dev.balsa.proto.resp.Args;
import dev.balsa.proto.resp.RespWriter;
import dev.balsa.proto.slot.SlotRange;
import dev.balsa.proto.slot.Slots;
import dev.balsa.proxy.front.Front;
import dev.balsa.proxy.front.FrontSettings;
import dev.balsa.proxy.front.RespServer;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.ClusterView;
import dev.balsa.proxy.route.Mode;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.route.SlotMap;
import dev.balsa.proxy.tls.Tls;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A front with fake groups behind it: a plain port, a cluster port, and an administration that tells what it was
 * asked.
 */
public final class FakeCluster implements ClusterView, AutoCloseable {
    public final FrontSettings settings = new FrontSettings();
    public final List<FakeGroup> groups = new ArrayList<>();
    public final Front front;
    public final List<String> leaders = new ArrayList<>();
    private final EventLoopGroup loops = RespServer.newLoops(1);
    private final ClusterMap map;
    private final SlotMap slots;
    private final List<RespServer> servers = new ArrayList<>();

    public FakeCluster(int groupCount, @Nullable Random random) {
        List<ClusterMap.Group> members = new ArrayList<>();
        int width = Slots.COUNT / groupCount;
        for (int i = 0; i < groupCount; i++) {
            int last = i == groupCount - 1 ? Slots.COUNT - 1 : (i + 1) * width - 1;
            members.add(new ClusterMap.Group(i + 1, List.of(new SlotRange(i * width, last)), List.of()));
            groups.add(new FakeGroup(random));
            leaders.add("here");
        }
        map = new ClusterMap(1, List.of(), members);
        slots = new SlotMap(map);
        front = new Front(settings, TestCommands.specs(), this, FakeCluster::admin);
    }

    private static void admin(Request request, Args args) {
        RespWriter out = new RespWriter(64).protocol(request.protocol());
        out.simple("admin " + args);
        request.reply(out.array(), 0, out.length());
    }

    public int listen(Mode mode) throws IOException {
        return listen(mode, null);
    }

    public int listen(Mode mode, @Nullable Tls tls) throws IOException {
        RespServer server = RespServer.listen(front, mode, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                loops, tls == null ? null : tls.accepting(mode == Mode.CLUSTER ? Tls.Port.CLUSTER : Tls.Port.CLIENTS));
        servers.add(server);
        return server.port();
    }

    public EventLoopGroup loops() {
        return loops;
    }

    @Override
    public ClusterMap map() {
        return map;
    }

    @Override
    public SlotMap slots() {
        return slots;
    }

    @Override
    public @Nullable Backend backend(int group) {
        return groups.get(group - 1);
    }

    @Override
    public @Nullable Backend local(int group) {
        return leadsHere(group) ? groups.get(group - 1) : null;
    }

    @Override
    public boolean leadsHere(int group) {
        return leaders.get(group - 1).equals("here");
    }

    @Override
    public String leaderAddress(int group) {
        return leaders.get(group - 1);
    }

    @Override
    public void close() {
        servers.forEach(RespServer::close);
        front.clients().closeAll();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
