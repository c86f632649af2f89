package example;

import java.util.List;

/** What a review found: the JSON column of that name. */
public record Findings(int errors, List<String> notes) {}
