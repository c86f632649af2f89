package dev.modelscan.storage.cli.formats;

/** OpenAI's chat completions: messages, requests, responses, batch files and fine-tuning files. */
final class OpenAiForm extends ChatForm {

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public boolean recognizes(First first) {
        return first.values().stream().anyMatch(record -> holdsMessages(record) || isError(record));
    }
}
