package dev.modelscan.storage.cli.exports;

import java.util.List;

/**
 * A run as the database holds it.
 *
 * @param run what a form can be asked to say
 * @param beside what else is stored of it, in a few words each: the form that it came from says it in its own words
 */
public record StoredRun(Run run, List<String> beside) {

    public StoredRun {
        beside = List.copyOf(beside);
    }
}
