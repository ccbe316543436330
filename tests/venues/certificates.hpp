// Certificates for tests, made when they run: an authority, and hosts that it vouches for.
#pragma once

#include <memory>
#include <string>

namespace tally::test {

struct HostCertificate {
  std::string certificate, key;  // PEM
};

class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();

  const std::string& certificate() const { return certificate_; }  // PEM
  HostCertificate host(const std::string& dns_name) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
  std::string certificate_;
};

}  // namespace tally::test
