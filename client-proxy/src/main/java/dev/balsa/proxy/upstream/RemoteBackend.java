package dev.balsa.proxy.upstream;

import dev.balsa.proto.resp.Args;
import dev.balsa.proxy.route.Backend;
import dev.balsa.proxy.route.Request;
import dev.balsa.proxy.route.Request.Refusal;

/** A group that is led elsewhere: follows its leader. Thread-safe. */
final class RemoteBackend implements Backend {
    private final int group;
    private final Upstreams upstreams;
    private final LeaderSource leaders;

    RemoteBackend(int group, Upstreams upstreams, LeaderSource leaders) {
        this.group = group;
        this.upstreams = upstreams;
        this.leaders = leaders;
    }

    @Override
    public void submit(Request request, Args args) {
        String leader = leaders.leaderAddress(group);
        if (leader.isEmpty()) {
            leaders.suspect(group, "");
            request.notExecuted(new Refusal.NotLeader(""), args);
        } else {
            upstreams.of(request.loop()).submit(leader, request, args, group);
        }
    }

    @Override
    public boolean unblock(Request request) {
        upstreams.of(request.loop()).blocking().unblock(request);
        return true;
    }
}
