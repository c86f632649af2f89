package dev.modelscan.storage.metrics;

/**
 * The names of OpenTelemetry's semantic conventions that this package uses: the stable ones of databases, and of
 * generative AI (all of them in development) those of version 0.1.0. {@code ConventionsTest} compares them with a copy
 * of the lists.
 */
final class Conventions {

    /** The version of the conventions for databases. */
    static final String VERSION = "1.44.0";

    static final String DURATION = "db.client.operation.duration";
    static final String SYSTEM = "db.system.name";
    static final String NAMESPACE = "db.namespace";
    static final String OPERATION = "db.operation.name";
    static final String QUERY_SUMMARY = "db.query.summary";
    static final String QUERY_TEXT = "db.query.text";
    static final String STATUS_CODE = "db.response.status_code";
    static final String ERROR_TYPE = "error.type";
    static final String CONVERSATION_ID = "gen_ai.conversation.id";
    static final String AGENT_ID = "gen_ai.agent.id";

    /** The buckets of {@link #DURATION} in milliseconds. */
    static final long[] BUCKETS = {1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000};

    private Conventions() {}
}
