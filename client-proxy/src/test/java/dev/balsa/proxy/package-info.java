/** Tests. */
@NullMarked
package dev.balsa.proxy;

import org.jspecify.annotations.NullMarked;
