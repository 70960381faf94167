package dev.balsa.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.proxy.front.FrontSettings.DebugAccess;
import dev.balsa.proxy.transport.IoTransport;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxyConfigTest {
    private static ProxyConfig parse(String text) {
        return ProxyConfig.parse(ConfigFile.parse(text, "proxy.conf"));
    }

    @Test
    void directives_have_redis_names_and_meanings() {
        ProxyConfig config = parse("""
                seeds 10.0.0.1:7379 node2:7379
                bind 0.0.0.0
                port 6380
                requirepass "a b"
                masterauth c
                maxclients 7
                client-output-buffer-limit normal 2mb 1mb 10
                proto-max-bulk-len 8mb
                enable-debug-command local
                io-transport nio
                """);
        assertThat(config.transport()).isEqualTo(IoTransport.NIO);
        assertThat(config.seeds()).containsExactly("10.0.0.1:7379", "node2:7379");
        assertThat(config.port()).isEqualTo(6380);
        assertThat(config.masterauth()).isEqualTo("c");
        assertThat(config.front().requirepass()).isEqualTo("a b");
        assertThat(config.front().maxclients()).isEqualTo(7);
        assertThat(config.front().outputHardLimitBytes()).isEqualTo(2 << 20);
        assertThat(config.front().requestLimits().bulkMaxBytes()).isEqualTo(8 << 20);
        assertThat(config.front().debugAccess()).isEqualTo(DebugAccess.LOCAL);
    }

    @Test
    void what_is_wrong_is_said_with_its_line() {
        assertThatThrownBy(() -> parse("seeds a:1\nport 99999")).hasMessage(
                "proxy.conf:2: 'port' must be between 0 and 65535, not 99999");
        assertThatThrownBy(() -> parse("seeds a:1\nprot 1")).hasMessage("proxy.conf:2: unknown directive 'prot'");
        assertThatThrownBy(() -> parse("seeds a:1\nio-transport x")).hasMessage(
                "proxy.conf:2: 'io-transport' must be one of auto, epoll, io_uring, nio, not x");
        assertThatThrownBy(() -> parse("seeds a")).hasMessageContaining("'a' is no address");
        assertThatThrownBy(() -> parse("port 1")).hasMessageContaining("seeds is missing");
        assertThatThrownBy(() -> ProxyConfig.read(List.of("--port"))).hasMessageContaining("command line:1");
    }

    @Test
    void tls_directives_are_those_of_a_node() {
        ProxyConfig config = ProxyConfig.parse(ConfigFile.parse("""
                seeds 10.0.0.1:7379
                port 0
                tls-port 6380
                tls-cluster yes
                tls-cert-file /c
                tls-key-file /k
                tls-ca-cert-file /ca
                tls-protocols TLSv1.3
                """, "proxy.conf"));
        assertThat(config.port()).isEqualTo(-1);
        assertThat(config.tls()).containsEntry("tls-port", "6380").containsEntry("tls-cluster", "yes")
                .containsEntry("tls-cert-file", "/c").containsEntry("tls-protocols", "TLSv1.3")
                .containsEntry("tls-auth-clients", "yes");
        assertThat(config.tlsLinks()).isTrue();
        assertThat(ProxyConfig.of(List.of("10.0.0.1:7379"), "127.0.0.1", 0).tlsLinks()).isFalse();
        assertThatThrownBy(() -> ProxyConfig.parse(ConfigFile.parse("seeds a:1\ntls-auth-clients maybe", "proxy.conf")))
                .hasMessageStartingWith("proxy.conf:2: 'tls-auth-clients': argument(s) must be one of the following: no, yes");
        assertThatThrownBy(() -> ProxyConfig.parse(ConfigFile.parse("seeds a:1\ntls-ciphers DES", "proxy.conf")))
                .hasMessageStartingWith("proxy.conf:2: 'tls-ciphers DES' is refused");
    }
}
