#include "actors/engine_input.hpp"

#include "actors/images.hpp"
#include "actors/runtime/worker_pool.hpp"

#include <utility>

namespace atelier {
namespace {

void submit_now(engine& worker, const image_library& images, const image_record& input, engine_job job,
                engine_callbacks callbacks) {
    auto file = images.fetch_input(input);
    if (!file) {
        callbacks.finished(engine_failure{true, "the photo: " + file.error().detail, engine_fault::ended});
        return;
    }
    job.input = file->path();
    job.content_type = input.content_type;
    callbacks.finished = [file = *file, finished = std::move(callbacks.finished)](engine_outcome result) {
        finished(std::move(result));
    };
    worker.submit(std::move(job), std::move(callbacks));
}

} // namespace

void submit_with_input(engine& worker, const image_library& images, worker_pool& pool,
                       const image_record& input, engine_job job, engine_callbacks callbacks) {
    if (images.is_here(input)) {
        submit_now(worker, images, input, std::move(job), std::move(callbacks));
        return;
    }
    auto fetch = [&worker, &images, input, job = std::move(job), callbacks] {
        submit_now(worker, images, input, job, callbacks);
    };
    if (!pool.submit(std::move(fetch)))
        callbacks.finished(engine_failure{true, "too much image work is waiting", engine_fault::ended});
}

} // namespace atelier
