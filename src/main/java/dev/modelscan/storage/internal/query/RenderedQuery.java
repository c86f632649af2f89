package dev.modelscan.storage.internal.query;

import java.util.List;

/**
 * A query as one engine's SQL, and which parameter stands at each {@code ?}.
 *
 * @param sql the text
 * @param packed how many columns a row holds in the one value of {@link PackedRow}; 0 where each is a value of its own
 * @param parameters the name of the parameter at each {@code ?}, in order; one that occurs twice stands here twice
 */
public record RenderedQuery(String sql, int packed, List<String> parameters) {}
