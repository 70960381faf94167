/** TLS: certificates in files, read again when they change, for listening ports, links and tools. */
@NullMarked
package dev.balsa.proxy.tls;

import org.jspecify.annotations.NullMarked;
