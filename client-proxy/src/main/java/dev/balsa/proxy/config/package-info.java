/** Directives of nodes and proxies: what values they take, what CONFIG SET makes of them, and CONFIG REWRITE. */
@NullMarked
package dev.balsa.proxy.config;

import org.jspecify.annotations.NullMarked;
