/** The balsa command line. */
@NullMarked
package dev.balsa.node.cli;

import org.jspecify.annotations.NullMarked;
