/** Tests of what clients hear that keep copies. */
@NullMarked
package dev.balsa.proxy.tracking;

import org.jspecify.annotations.NullMarked;
