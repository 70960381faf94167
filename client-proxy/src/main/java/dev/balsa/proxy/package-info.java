/** The proxy process and its configuration. */
@NullMarked
package dev.balsa.proxy;

import org.jspecify.annotations.NullMarked;
