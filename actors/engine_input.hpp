#pragma once

#include "actors/domain/records.hpp"
#include "actors/engines/engine.hpp"

namespace atelier {

class image_library;
class worker_pool;

/// Hands a job to an engine with the file of `input`, which is fetched on `pool` first and stays until the
/// engine has finished. What goes wrong before the engine has it is told as a transient failure. Everything
/// outlives the job.
void submit_with_input(engine& worker, const image_library& images, worker_pool& pool,
                       const image_record& input, engine_job job, engine_callbacks callbacks);

} // namespace atelier
