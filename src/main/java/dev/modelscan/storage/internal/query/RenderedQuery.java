package dev.modelscan.storage.internal.query;

import java.util.List;

/**
 * A query as one engine's SQL, and which parameter stands at each {@code ?}.
 *
 * @param sql the text
 * @param parameters the name of the parameter at each {@code ?}, in order; one that occurs twice stands here twice
 */
public record RenderedQuery(String sql, List<String> parameters) {}
