package dev.balsa.chaos.check;

import dev.balsa.chaos.history.History;

/** Judges a whole history. Stateless. */
@FunctionalInterface
public interface Checker {
    Verdict check(History history);
}
