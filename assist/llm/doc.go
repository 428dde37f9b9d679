// Package llm is an assistant that asks a language model, at any address that speaks
// OpenAI's chat completions: OpenAI itself, Azure, Ollama, vLLM, llama.cpp and others.
//
// Promises: the built-in assistant reads first, and its answer stands whenever the model
// has none that can be used within the deadline: away, slow, busy, over its budget,
// switched off by the person's organisation, or with an answer that is cut, empty, huge,
// no JSON, a refusal, a loop, or that names what was not offered. So Read and Advise fail
// only where the built-in one does. Personal data and secrets are replaced before
// anything leaves (assist/redact) and put back after; recordings (hear.go) and pictures
// (look.go) leave as they are, pictures without what cameras write into them
// (metadata.go). What people wrote travels as JSON, apart from the instructions, and is
// never one of them. The model decides nothing: what it says becomes a Reading or an
// Advice, whose every value is checked here and again by the engine (rule 4). No text of a
// person, and no key, is ever logged.
//
// How a call goes (call.go): the breaker (breaker.go), a free place, the budget
// (budget.go), the request (wire.go: retries, Retry-After, a bound on the answer), and the
// first check of what came back (answer.go). What a server cannot do rests by itself: chat,
// pictures, recordings, vectors of texts (embed.go) each have a breaker. Prompts are the
// files in prompts, whose number is part of the signature of a reading.
package llm
