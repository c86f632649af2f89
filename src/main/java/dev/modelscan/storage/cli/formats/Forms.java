package dev.modelscan.storage.cli.formats;

import java.util.List;
import java.util.Optional;

/** The list of forms, and the only one. */
public final class Forms {

    /** Those that look at more come first: the first one that recognizes a source reads it. */
    public static final List<Form> ALL = List.of(
            new GoStorageForm(),
            new AgentsSdkForm(),
            new AgentsStateForm(),
            new QwenForm(),
            new ClaudeCodeForm(),
            new DroidExecForm(),
            new ClaudePrintForm(),
            new CodexForm(),
            new CodexExecForm(),
            new CursorForm(),
            new ClineForm(),
            new GrokForm(),
            new AntigravityForm(),
            new CopilotForm(),
            new VsCodeForm(),
            new ContinueForm(),
            new PiForm(),
            new DroidForm(),
            new OpenCodeForm(),
            new KimiForm(),
            new GeminiCliForm(),
            new AdkForm(),
            new AdkEvalForm(),
            new InteractionsForm(),
            new GeminiForm(),
            new AtifForm(),
            new OtlpForm(),
            new ChatGptForm(),
            new SweAgentForm(),
            new MiniSweAgentForm(),
            new OpenHandsForm(),
            new InspectForm(),
            new ResponsesForm(),
            new LangSmithForm(),
            new Tau2Form(),
            new TauBenchForm(),
            new ShareGptForm(),
            new LangChainForm(),
            new BedrockForm(),
            new AnthropicForm(),
            new OpenAiForm());

    private Forms() {}

    /** The form that recognizes a source. */
    public static Optional<Form> of(First first) {
        return ALL.stream().filter(form -> form.recognizes(first)).findFirst();
    }

    /** The form of that name. */
    public static Optional<Form> named(String name) {
        return ALL.stream().filter(form -> form.name().equals(name)).findFirst();
    }

    /** All names, in the order of {@link #ALL}. */
    public static List<String> names() {
        return ALL.stream().map(Form::name).toList();
    }
}
