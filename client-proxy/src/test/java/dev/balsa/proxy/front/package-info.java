/** Tests. */
@NullMarked
package dev.balsa.proxy.front;

import org.jspecify.annotations.NullMarked;
