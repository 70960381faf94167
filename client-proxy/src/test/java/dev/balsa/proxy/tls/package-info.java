/** Tests of TLS. */
@NullMarked
package dev.balsa.proxy.tls;

import org.jspecify.annotations.NullMarked;
