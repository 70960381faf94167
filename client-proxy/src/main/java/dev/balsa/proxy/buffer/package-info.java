/** Byte buffers that grow with what has arrived. */
@NullMarked
package dev.balsa.proxy.buffer;

import org.jspecify.annotations.NullMarked;
