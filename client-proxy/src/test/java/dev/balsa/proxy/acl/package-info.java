/** Tests. */
@NullMarked
package dev.balsa.proxy.acl;

import org.jspecify.annotations.NullMarked;
