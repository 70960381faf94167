/** Users: what they may do, by the rules of Redis' ACL. Knows commands and their keys, but no connections. */
@NullMarked
package dev.balsa.proxy.acl;

import org.jspecify.annotations.NullMarked;
