/** Tests. */
@NullMarked
package dev.balsa.proxy.upstream;

import org.jspecify.annotations.NullMarked;
