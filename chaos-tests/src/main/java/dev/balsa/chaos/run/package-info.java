/** A whole run: a cluster, clients, faults, verdicts, a report. */
@NullMarked
package dev.balsa.chaos.run;

import org.jspecify.annotations.NullMarked;
